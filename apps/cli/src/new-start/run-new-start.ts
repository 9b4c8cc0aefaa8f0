import type { NewStart } from '@coffer/contracts';
import { cancelNewStart, undoNewStart } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { keepKey } from '../keys/kept-keys';
import { readGivenKey } from '../keys/given-key';
import { UsageError } from '../output/usage-error';
import { connectVault } from '../vault/connect-vault';
import { withFreshLogin } from '../vault/fresh-login';
import { heldKey, type HeldKeySources } from '../vault/held-key';
import { findNewStart, newStartText } from './find-new-start';

/** Begins the wait of a new start. @throws as `connectVault` and `withFreshLogin`; VaultClientError `wrong-owner-generation` */
export async function runNewStartBegin(context: CommandContext, homePath: string): Promise<void> {
  const connection = await connectVault(context, homePath);
  const newStart = await withFreshLogin(context, connection, () => connection.client.beginNewStart());
  context.reporter.summary(
    summaryOf(newStart),
    `${newStartText(newStart)} Until then the old password and the old key still work, and either ends this. Then: coffer new-start finish`,
  );
}

/** Lists the new starts of the account. @throws as `connectVault` */
export async function runNewStartStatus(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { newStarts } = await client.listNewStarts();
  for (const newStart of newStarts) context.reporter.event('new-start', { ...newStart }, newStartText(newStart));
  const last = newStarts.at(-1);
  context.reporter.summary(
    { newStarts: newStarts.length, state: last?.state ?? null },
    last === undefined ? 'Nobody has asked for a new start of this account.' : newStartText(last),
  );
}

/** Ends a new start that waits or is open. @throws UsageError where there is none; as `connectVault` and `heldKey` */
export async function runNewStartCancel(
  context: CommandContext,
  homePath: string,
  sources: HeldKeySources,
): Promise<void> {
  const connection = await connectVault(context, homePath);
  const { newStartId } = await findNewStart(connection, ['waiting', 'open']);
  const backupKey = await heldKey(context, connection, sources);
  const cancelled = await cancelNewStart(connection.account, backupKey, newStartId);
  context.reporter.summary(
    summaryOf(cancelled),
    'The new start is cancelled; nothing was replaced. If you did not ask for it, change your password at the identity provider.',
  );
}

/** Takes the account back with the former key. @throws UsageError; as `connectVault`, `readGivenKey`, `undoNewStart` */
export async function runNewStartUndo(
  context: CommandContext,
  homePath: string,
  sources: HeldKeySources,
): Promise<void> {
  const connection = await connectVault(context, homePath);
  const newStart = await findNewStart(connection, ['finished']);
  const former = await readGivenKey({ option: sources.key, environment: sources.environmentKey });
  if (former === undefined) throw new UsageError('This needs the former 64-digit key: give it with --key FILE.');
  const undone = await undoNewStart(connection.account, newStart, former);
  await keepKey(connection.home, former);
  context.reporter.summary(
    summaryOf(undone),
    'The account belongs to the former key again, which is on this device until: coffer lock. The password of the new start is gone; ' +
      'to set one: coffer keyslots add --password',
  );
}

function summaryOf({ newStartId, state, opensAt, closesAt, undoUntil }: NewStart) {
  return { newStartId, state, opensAt, closesAt, undoUntil };
}
