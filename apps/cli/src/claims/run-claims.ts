import type { Claims } from '@coffer/contracts';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import { VaultDeviceError } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { requireDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { vaultClientOf } from '../vault/connect-vault';

/**
 * Shows what the pinned deployment says that it can and cannot promise. It needs no sign-in, and believes nothing: the text is
 * the operator's, and the vault id is compared with the pinned one.
 *
 * @throws HomeError `no-deployment`; VaultDeviceError `deployment-changed`; VaultClientError
 */
export async function runClaims(context: CommandContext, homePath: string): Promise<void> {
  const known = await requireDeployment(new HomeDirectory(homePath));
  const claims = await vaultClientOf(context, known, async () => Promise.resolve('')).getClaims();
  if (!equalBytes(fromBase64Url(claims.vaultId), known.vaultId)) {
    throw new VaultDeviceError('deployment-changed', 'another vault answers than the one this device knows');
  }
  const { reporter } = context;
  for (const { id, holds, text, conditions } of claims.promises) {
    const lines = [`${holds ? 'holds         ' : 'DOES NOT HOLD '} ${id}  ${text}`, ...conditions.map(indented)];
    reporter.event('promise', { id, holds, text, conditions }, lines.join('\n'));
  }
  for (const text of claims.limits) reporter.event('limit', { text }, `limit           ${text}`);
  for (const text of claims.deviations) reporter.warn('weaker-than-documented', text);
  for (const each of claims.disclosures) reporter.event('disclosure', each, disclosureText(each));
  const { attempts, delaysSeconds } = claims.guesses;
  reporter.summary(
    {
      ...{ vaultId: claims.vaultId, computedAt: claims.computedAt, sealing: claims.sealing.kind },
      ...{ oldestKeyAt: claims.sealing.oldestKeyAt, witnesses: claims.witnesses.length },
      ...{ guesses: attempts, guessDelaysSeconds: delaysSeconds, graceSeconds: claims.purge.graceSeconds },
      deviations: claims.deviations.length,
    },
    summaryText(claims),
  );
}

function disclosureText({ party, always, digits, password, passkey }: Claims['disclosures'][number]): string {
  return [
    `who             ${party}: ${always}`,
    indented(`64-digit key: ${digits}`),
    indented(`password: ${password}`),
    indented(`passkey: ${passkey}`),
  ].join('\n');
}

function indented(text: string): string {
  return `                  ${text}`;
}

function summaryText({ guesses, sealing, witnesses, deviations }: Claims): string {
  const { oldestKeyAt } = sealing;
  return [
    `${guesses.attempts} guesses at a password; records sealed by ${sealing.kind === 'pkcs11' ? 'an HSM' : 'key files'}`,
    ...(oldestKeyAt === null ? [] : [`what was shredded before ${oldestKeyAt} opens from no dump`]),
    witnesses.length === 0 ? 'no independent witness' : `witnesses: ${witnesses.map(({ name }) => name).join(', ')}`,
    deviations.length === 0 ? 'nothing weaker than documented' : `${deviations.length} settings weaker than documented`,
  ].join('; ');
}
