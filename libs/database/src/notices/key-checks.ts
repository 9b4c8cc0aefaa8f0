import type { Database, Queryable } from '../database';
import * as sql from './notice-statements';

/** Where the checks of an account's secret stand. */
export interface KeyCheckRow {
  /** When the newest keyslot was proven. */
  readonly provenAtMs: number;
  readonly nextAtMs: number;
  readonly askedAtMs: number | null;
  readonly answeredAtMs: number | null;
  /** Failed checks in a row. */
  readonly failures: number;
}

/** The checks whether an account's secret is still known. Changes are made in a transaction that holds its budget row. */
export const keyChecks = {
  /** Accounts that are to be asked, at most `limit`. */
  due: async (database: Database, limit: number): Promise<readonly string[]> =>
    (await database.rows<{ accountId: string }>(sql.dueKeyChecks, [limit])).map(({ accountId }) => accountId),
  read: async (queryable: Queryable, accountId: string): Promise<KeyCheckRow | undefined> =>
    (await queryable.rows<KeyCheckRow>(sql.readKeyCheck, [accountId]))[0],
  /** Begins the schedule with a keyslot that was just proven. */
  begin: async (queryable: Queryable, accountId: string, provenAtMs: number, nextAtMs: number): Promise<void> => {
    await queryable.change(sql.beginKeyChecks, [accountId, provenAtMs, nextAtMs]);
  },
  /** @param askedAtMs - null: the check was put off @returns whether it was still due */
  next: async (queryable: Queryable, accountId: string, nextAtMs: number, askedAtMs: number | null): Promise<boolean> =>
    (await queryable.change(sql.passKeyCheck, [accountId, nextAtMs, askedAtMs])) === 1,
  /** Records what a device reports. @returns undefined where the account has never had a keyslot */
  answer: async (
    queryable: Queryable,
    accountId: string,
    isPassed: boolean,
    atMs: number,
  ): Promise<KeyCheckRow | undefined> =>
    (await queryable.rows<KeyCheckRow>(sql.answerKeyCheck, [accountId, isPassed, atMs]))[0],
} as const;
