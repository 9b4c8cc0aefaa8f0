import { missingBackups, type Database, type MissingBackup, type PgAccountTransaction } from '@coffer/database';
import { VaultError, type Accounts, type AccountSession, type NewNotice } from '@coffer/key-vault';
import { missingBackupKind } from '@coffer/notices';
import { toRfc3339 } from '@coffer/foundation';

/**
 * Tells accounts that have not backed up for 7 or 30 days, each once of either, in the transaction that notes it.
 *
 * @returns how many were told
 */
export async function remindOfBackups(
  database: Database,
  accounts: Accounts<PgAccountTransaction>,
  limit: number,
): Promise<number> {
  let told = 0;
  for (const accountId of await missingBackups.due(database, limit)) {
    try {
      if (await accounts.within(accountId, tell)) told += 1;
    } catch (error) {
      // An account that is sealed or busy is looked at again, and keeps nobody waiting.
      if (!(error instanceof VaultError) || error.code === 'vault-sealed') throw error;
    }
  }
  return told;
}

async function tell(session: AccountSession<PgAccountTransaction>): Promise<boolean> {
  const missing = await missingBackups.claim(session.transaction.sql, session.transaction.accountId);
  if (missing === undefined) return false;
  await session.notify(reminderOf(missing));
  return true;
}

function reminderOf({ days, backupAtMs }: MissingBackup): Omit<NewNotice, 'noticeId' | 'atMs'> {
  return {
    kind: missingBackupKind,
    severity: days < 30 ? 'info' : 'warning',
    title: `No backup for ${days} days`,
    text:
      `The last backup was made on ${toRfc3339(backupAtMs).slice(0, 10)}. What is stored is safe; what was written since is on your device ` +
      'only. Open the app, or run: coffer backup. With "coffer schedule set daily" a device backs up by itself.',
    eventNumber: null,
  };
}
