import type { AccountDeletion } from '@coffer/contracts';
import { cancelDeletion, deleteAccount } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { UsageError } from '../output/usage-error';
import { SetupError } from '../setup/setup-error';
import { connectVault } from '../vault/connect-vault';
import { withFreshLogin } from '../vault/fresh-login';
import { heldKey, type HeldKeySources } from '../vault/held-key';

/** What `coffer account delete` is asked. */
export interface AccountDeleteRequest extends HeldKeySources {
  readonly home: string;
  readonly withoutKey: boolean;
  readonly yes: boolean;
}

/**
 * Deletes the account: at once with its key, or asks for it without.
 *
 * @throws UsageError, SetupError `declined`; as `connectVault`, `heldKey`, `withFreshLogin`
 */
export async function runAccountDelete(context: CommandContext, request: AccountDeleteRequest): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, request.home);
  if (!request.yes && !reporter.isInteractive) {
    throw new UsageError(
      'Confirm with --yes that the account and every backup in it are deleted. Nothing was changed.',
    );
  }
  const backupKey = request.withoutKey ? undefined : await heldKey(context, connection, request);
  const question = 'The account goes with its keyslots, its ledger and every backup in it. Nothing brings them back.';
  if (!request.yes && !(await askTyped(question, 'DELETE'))) throw new SetupError('declined', 'Nothing was deleted.');
  if (backupKey !== undefined) {
    const deletion = await deleteAccount(connection.account, backupKey);
    reporter.summary(
      summaryOf(deletion),
      'The account is closed. Its backups are being deleted, everything else of it follows. Unencrypted backups that were not ' +
        'purged stay in their clouds. This device still holds the key: coffer lock',
    );
    return;
  }
  const deletion = await withFreshLogin(context, connection, () => connection.client.askDeletion());
  reporter.summary(
    summaryOf(deletion),
    `The account is deleted on ${deletion.dueAt}. Until then whoever gives its password, or signs with its key (coffer account keep), ends this.`,
  );
}

/** Cancels a deletion that waits. @throws UsageError where there is none; as `connectVault`, `heldKey` */
export async function runAccountKeep(
  context: CommandContext,
  homePath: string,
  sources: HeldKeySources,
): Promise<void> {
  const connection = await connectVault(context, homePath);
  const { deletion } = await connection.client.getDeletion();
  if (deletion === null) throw new UsageError('Nobody has asked for the deletion of this account.');
  const backupKey = await heldKey(context, connection, sources);
  await cancelDeletion(connection.account, backupKey, deletion.deletionId);
  context.reporter.summary(
    { deletionId: deletion.deletionId, state: 'cancelled' },
    'The deletion is cancelled; the account stays with all its backups. If you did not ask for it, change your password at the identity provider.',
  );
}

/** Whether a deletion waits. @throws as `connectVault` */
export async function runAccountStatus(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { deletion } = await client.getDeletion();
  context.reporter.summary(
    deletion === null ? { deletionId: null } : summaryOf(deletion),
    deletion === null
      ? 'Nobody has asked for the deletion of this account.'
      : `The account is deleted on ${deletion.dueAt}.`,
  );
}

function summaryOf({ deletionId, state, askedBy, dueAt }: AccountDeletion) {
  return { deletionId, state, askedBy, dueAt };
}
