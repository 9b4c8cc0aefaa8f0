import type { Database, Queryable } from '../database';
import * as sql from './notice-statements';

/** For how long an account has had no backup. */
export interface MissingBackup {
  /** 7 or 30. */
  readonly days: number;
  /** When the last one was made. */
  readonly backupAtMs: number;
}

/** Accounts whose last backup was made 7 or 30 days ago, each told once of either. Heads of prune and rotation are no backups. */
export const missingBackups = {
  /** Accounts that are to be told, at most `limit`. */
  due: async (database: Database, limit: number): Promise<readonly string[]> =>
    (await database.rows<{ accountId: string }>(sql.dueBackupNotices, [limit])).map(({ accountId }) => accountId),
  /** Notes that the account is told. @returns undefined where it was told already, or has backed up meanwhile */
  claim: async (queryable: Queryable, accountId: string): Promise<MissingBackup | undefined> =>
    (await queryable.rows<MissingBackup>(sql.claimBackupNotice, [accountId]))[0],
} as const;
