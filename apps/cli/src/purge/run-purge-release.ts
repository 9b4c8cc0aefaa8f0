import type { PurgeObject } from '@coffer/contracts';
import { listFoundObjects, OwnerSigner, releasePlaintext } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { connectVault } from '../vault/connect-vault';
import type { KeySources } from '../vault/key-sources';
import { unlock } from '../vault/unlock';
import { namedCopies } from './named-copies';
import { PurgeError } from './purge-error';
import { reportObject } from './run-purge-status';

/** What `coffer purge release` is asked. */
export interface PurgeReleaseRequest extends KeySources {
  readonly home: string;
  /** Id or path of a found copy. */
  readonly copy: string;
  /** Agreed to on the command line. */
  readonly yes: boolean;
}

/**
 * Lets copies go without a backup of them: signed with the owner key, named by hash, size and date. They go with the purge, after
 * its grace.
 *
 * @throws PurgeError `not-found`, `declined`; VaultDeviceError `not-hashed`; VaultClientError `checksum-mismatch` where a copy
 *   changed since it was listed; as `connectVault`, `unlock`
 */
export async function runPurgeRelease(context: CommandContext, request: PurgeReleaseRequest): Promise<void> {
  const connection = await connectVault(context, request.home);
  const copies = namedCopies(await listFoundObjects(connection.account), request.copy);
  await requireAgreement(context, request, copies);
  const { backupKey } = await unlock(context, connection, request);
  const signer = new OwnerSigner(connection.account, backupKey);
  for (const copy of copies) reportObject(context, await releasePlaintext(connection.account, signer, copy));
  const bytes = copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  context.reporter.summary(
    { released: copies.length, bytes },
    `Released: ${formatCount(copies.length)} copies (${formatBytes(bytes)}). They go with the purge, after its grace. To keep them: coffer purge stop`,
  );
}

async function requireAgreement(
  { reporter }: CommandContext,
  { yes }: PurgeReleaseRequest,
  copies: readonly PurgeObject[],
): Promise<void> {
  for (const { provider, name, path, version, kind, sizeBytes } of copies) {
    reporter.event(
      'to-be-deleted',
      { provider, name, path, version, kind, sizeBytes },
      `  ${provider}  ${printable(path)}  ${kind}  ${formatBytes(sizeBytes)}`,
    );
  }
  const message = 'These copies will be deleted for good although nothing says that your encrypted backup holds them.';
  if (yes) {
    reporter.note(message);
    return;
  }
  if (!reporter.isInteractive) throw new UsageError(`${message} Agree to that with --yes. Nothing was released.`);
  if (await askTyped(message, 'RELEASE')) return;
  throw new PurgeError('declined', 'Nothing was released and nothing will be deleted because of it.');
}
