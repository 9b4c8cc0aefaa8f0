import type { PurgeObject } from '@coffer/contracts';
import { VaultClientError } from '@coffer/vault-client';
import { OwnerSigner, startPurge } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { connectVault } from '../vault/connect-vault';
import { withFreshLogin } from '../vault/fresh-login';
import type { KeySources } from '../vault/key-sources';
import { openOwnRepository } from '../vault/open-vault-store';
import { unlock } from '../vault/unlock';
import { awaitHashed, lookOnce, needingProof } from './found-objects';
import { proveFound, type Proven } from './prove-found';
import { PurgeError } from './purge-error';
import type { TakeIn } from './take-in';

/** What `coffer purge start` is asked. */
export interface PurgeStartRequest extends KeySources {
  readonly home: string;
  /** Consent given on the command line. */
  readonly yes: boolean;
  /** How long to wait for the worker. */
  readonly timeoutSeconds: number;
  readonly repository?: string;
}

const rounds = 3;
const nothing: Proven = { takenIn: 0, proven: 0, unproven: 0, objectsRead: 0, bytesRead: 0 };

/**
 * Starts the purge of the account's plaintext backups: consent, the owner-signed start, and then the proof that the encrypted
 * backup gives each of them back. What it does not contain yet is taken in first. Until a proof covers an object, it stays.
 *
 * @throws PurgeError; VaultClientError `fresh-login-required`; as `connectVault`, `unlock`, `openVaultRepository`, `proveFound`
 */
export async function runPurgeStart(context: CommandContext, request: PurgeStartRequest): Promise<void> {
  const connection = await connectVault(context, request.home);
  const { backupKey } = await unlock(context, connection, request);
  const repository = await openOwnRepository(connection, backupKey, request.repository);
  const signer = new OwnerSigner(connection.account, backupKey);
  const { state } = await connection.client.getPurge();
  // Consent needs a fresh sign-in and so comes before the long work, which the purge waits for anyway.
  if (state !== 'running') {
    const seen = await lookOnce(context, connection.account);
    await requireConsent(
      context,
      request,
      seen.filter(({ bucket }) => bucket !== 'done'),
    );
    await withFreshLogin(context, connection, () => startPurge(connection.account, signer));
  }
  const found = await awaitHashed(context, connection.account, request.timeoutSeconds * 1000);
  const proven = await proveAll(context, { connection, signer, repository }, found, request.timeoutSeconds * 1000);
  const { takenIn, objectsRead, bytesRead, unproven } = proven;
  context.reporter.summary(
    { found: found.length, takenIn, proven: proven.proven, unproven, objectsRead, bytesRead },
    `The purge runs. Copies found: ${formatCount(found.length)}; taken into the encrypted backup first: ${formatCount(takenIn)}; ` +
      `proven now to come back from it: ${formatCount(proven.proven)} (${formatBytes(bytesRead)} read back). ` +
      'To watch it: coffer purge status --wait. To stop it: coffer purge stop',
  );
}

/** Another device may finish a backup in the middle, or an object change: then it begins again with what is there now. */
async function proveAll(
  context: CommandContext,
  work: TakeIn,
  found: readonly PurgeObject[],
  timeoutMs: number,
): Promise<Proven> {
  let objects = needingProof(found);
  let sum = nothing;
  for (let round = 1; objects.length > 0; round++) {
    try {
      const proven = await proveFound(context, work, objects);
      sum = { ...proven, takenIn: sum.takenIn + proven.takenIn };
      if (proven.unproven === 0) return sum;
    } catch (error) {
      if (!isOvertaken(error) || round === rounds) throw error;
    }
    if (round === rounds) {
      throw new PurgeError(
        'not-proven',
        `${formatCount(sum.unproven)} copies changed while they were taken in. They stay; run the same command again.`,
        { fields: { unproven: sum.unproven, proven: sum.proven } },
      );
    }
    objects = needingProof(await awaitHashed(context, work.connection.account, timeoutMs));
  }
  return sum;
}

function isOvertaken(error: unknown): boolean {
  return error instanceof VaultClientError && (error.code === 'head-behind' || error.code === 'statement-invalid');
}

async function requireConsent(
  { reporter }: CommandContext,
  { yes }: PurgeStartRequest,
  objects: readonly PurgeObject[],
): Promise<void> {
  for (const object of objects) {
    const { provider, name, path, version, kind, sizeBytes } = object;
    reporter.event(
      'to-be-deleted',
      { provider, name, path, version, kind, sizeBytes },
      `  ${provider}  ${printable(path)}  ${kind}  ${formatBytes(sizeBytes)}`,
    );
  }
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const what =
    objects.length === 0
      ? 'Unencrypted backups of this account, wherever the operator finds them,'
      : `These unencrypted backups (${formatCount(objects.length)}, ${formatBytes(bytes)}), and others that are found later,`;
  const message = `${what} will be deleted for good, each as soon as it is proven that your encrypted backup gives back its very bytes.`;
  if (yes) {
    reporter.note(message);
    return;
  }
  if (!reporter.isInteractive) throw new UsageError(`${message} Agree to that with --yes. Nothing was started.`);
  if (await askTyped(message, 'DELETE')) return;
  throw new PurgeError('declined', 'Nothing was started and nothing will be deleted.');
}
