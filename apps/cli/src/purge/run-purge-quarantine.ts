import { listFoundObjects, OwnerSigner, reportUnreadable } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { connectVault } from '../vault/connect-vault';
import type { KeySources } from '../vault/key-sources';
import { unlock } from '../vault/unlock';
import { namedCopies } from './named-copies';
import { reportObject } from './run-purge-status';

/** What `coffer purge quarantine` is asked. */
export interface PurgeQuarantineRequest extends KeySources {
  readonly home: string;
  /** Id or path of a found copy. */
  readonly copy: string;
  /** The device's word for what is wrong with it: lower-case letters, digits, hyphens. */
  readonly reason: string;
}

/**
 * Reports, signed with the owner key, that copies are no backup or a damaged one: they are kept until they are released.
 *
 * @throws PurgeError `not-found`; VaultClientError `precondition-failed`; as `connectVault`, `unlock`
 */
export async function runPurgeQuarantine(context: CommandContext, request: PurgeQuarantineRequest): Promise<void> {
  const connection = await connectVault(context, request.home);
  const copies = namedCopies(await listFoundObjects(connection.account), request.copy);
  const { backupKey } = await unlock(context, connection, request);
  const signer = new OwnerSigner(connection.account, backupKey);
  for (const { objectId } of copies) {
    reportObject(context, await reportUnreadable(connection.account, signer, objectId, request.reason));
  }
  context.reporter.summary(
    { quarantined: copies.length, reason: request.reason },
    `Kept, whatever else is deleted: ${formatCount(copies.length)} of the found copies. To let one go: coffer purge release COPY`,
  );
}
