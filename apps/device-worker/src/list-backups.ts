import { decodeLedgerEvent, LedgerEventKind } from '@coffer/evidence';
import { fromBase64Url, toBase64Url, toRfc3339 } from '@coffer/foundation';
import type { BackupSummary, DeviceResult } from '@coffer/device-protocol';
import type { VaultClient } from '@coffer/vault-client';

/** Pages of the account's own ledger that are looked through for dates. */
const mostPages = 100;

/** The account's backups, the newest first, and its guess budget: what is known before anything is unlocked. */
export async function listBackups(client: VaultClient, signal: AbortSignal): Promise<DeviceResult<'listBackups'>> {
  const options = { signal };
  const [{ repositories }, { keyslots }, budget, last] = await Promise.all([
    client.listRepositories({}, options),
    client.listKeyslots({}, options),
    client.getBudget({}, options),
    lastEvents(client, signal),
  ]);
  const active = keyslots.filter(({ state }) => state === 'active');
  const backups = repositories.map(({ repositoryId, keyId, createdAt }): BackupSummary => {
    const atMs = last.heads.get(repositoryId);
    const provenMs = last.proofs.get(repositoryId);
    return {
      repositoryId,
      keyIdHex: keyId,
      createdAt,
      lastBackupAt: atMs === undefined ? null : toRfc3339(atMs),
      hasSnapshots: atMs !== undefined,
      lastProofAt: provenMs === undefined ? null : toRfc3339(provenMs),
      keyslots: active.filter((keyslot) => keyslot.keyId === keyId).map(({ kind, provenAt }) => ({ kind, provenAt })),
    };
  });
  const newest = ({ lastBackupAt, createdAt }: BackupSummary): number => Date.parse(lastBackupAt ?? createdAt);
  return { backups: backups.sort((left, right) => newest(right) - newest(left)), budget };
}

/**
 * When the head of each repository was last replaced, and when a device last proved that it can be restored, by the account's ledger:
 * the vault's word, until the backup is open.
 */
async function lastEvents(
  client: VaultClient,
  signal: AbortSignal,
): Promise<Readonly<Record<'heads' | 'proofs', ReadonlyMap<string, number>>>> {
  const heads = new Map<string, number>();
  const proofs = new Map<string, number>();
  let after = 0;
  for (let page = 0; page < mostPages; page++) {
    const { events, nextCursor } = await client.listLedgerEvents({ query: { after } }, { signal });
    for (const { event } of events) {
      const { kind, atMs, details } = decodeLedgerEvent(fromBase64Url(event));
      const id = details['repositoryId'];
      if (!(id instanceof Uint8Array)) continue;
      if (kind === LedgerEventKind.headReplaced) heads.set(toBase64Url(id), atMs);
      if (kind === LedgerEventKind.proofAccepted) proofs.set(toBase64Url(id), atMs);
    }
    if (nextCursor === null) break;
    after = nextCursor;
  }
  return { heads, proofs };
}
