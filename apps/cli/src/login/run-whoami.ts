import { formatKeyId } from '@coffer/device-crypto';
import { decodeLedgerEvent, LedgerEventKind } from '@coffer/evidence';
import { fromBase64Url, toHex, toRfc3339 } from '@coffer/foundation';
import { listEvents } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { findKey, listKeys } from '../keys/kept-keys';
import { printable } from '../output/printable';
import { findSession } from '../session/session-file';
import { connectVault } from '../vault/connect-vault';

/** Says who is signed in, at which vault, and what this device holds. @throws as `connectVault` */
export async function runWhoami(context: CommandContext, homePath: string): Promise<void> {
  const { home, known, client, account } = await connectVault(context, homePath);
  const { keyslots } = await client.listKeyslots();
  const kinds = keyslots.filter(({ state }) => state === 'active').map(({ kind }) => kind);
  const { keyId } = account;
  const isUnlocked = keyId !== null && (await findKey(home, keyId)) !== undefined;
  const session = await findSession(home);
  const events = (await listEvents(client)).map(({ event }) => decodeLedgerEvent(fromBase64Url(event)));
  const proof = events.findLast((event) => event.kind === LedgerEventKind.proofAccepted);
  const lastProofAt = proof === undefined ? null : toRfc3339(proof.atMs);
  const { accountId, issuer, subject, vaultId, ownerGeneration } = account;
  context.reporter.summary(
    {
      accountId,
      issuer,
      subject,
      vaultId,
      apiUrl: known.deployment.apiUrl,
      ownerGeneration,
      keyId: keyId === null ? null : toHex(keyId),
      keyslots: kinds,
      unlocked: isUnlocked,
      keysOnThisDevice: (await listKeys(home)).map(toHex),
      lastProofAt,
      signedInAt: session === undefined ? null : toRfc3339(session.signedInAtMs),
    },
    [
      `${printable(subject)} at ${printable(issuer)}`,
      `account   ${accountId}`,
      `vault     ${known.deployment.apiUrl}  (${vaultId})`,
      keyId === null
        ? 'key       none yet; next: coffer setup'
        : `key       ${formatKeyId(keyId)}, ${isUnlocked ? 'on this device' : 'not on this device; next: coffer unlock'}`,
      `keyslots  ${kinds.length === 0 ? 'none' : kinds.join(', ')}`,
      `proof     ${lastProofAt === null ? 'never proven to be restorable; next: coffer verify --store vault:' : `proven to be restorable ${lastProofAt}`}`,
    ].join('\n'),
  );
}
