import { fromHex } from '@coffer/foundation';
import type { Database } from '../database';
import * as sql from './repository-statements';

/** How far the emptying of a removed repository has come. */
export type Emptied = 'emptied' | 'not-yet';

/** Repositories that were removed and whose objects are still to be deleted. */
export class RepositoryRemovals {
  readonly #database: Database;
  readonly #settleSeconds: number;

  /** @param settleMs - an upload that had begun before the removal has ended by then */
  constructor(database: Database, settleMs: number) {
    this.#database = database;
    this.#settleSeconds = settleMs / 1000;
  }

  /** Ids that something is due on, as hex; at most `limit`. */
  async due(limit: number): Promise<readonly string[]> {
    type Row = { readonly repositoryIdHex: string };
    const rows = await this.#database.rows<Row>(sql.dueRemovals, [this.#settleSeconds, limit]);
    return rows.map(({ repositoryIdHex }) => repositoryIdHex);
  }

  /**
   * Runs `empty` while no other process empties this repository. What the database knows of it goes when nothing was left of it
   * after everything that was under way had settled.
   *
   * @param empty - deletes objects; says `emptied` where there was none left to delete
   */
  async take(repositoryIdHex: string, empty: () => Promise<Emptied>): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const repositoryId = fromHex(repositoryIdHex);
      type Row = { readonly accountId: string; readonly isSettled: boolean };
      const [row] = await transaction.rows<Row>(sql.lockRemoved, [repositoryId, this.#settleSeconds]);
      if (row === undefined || (await empty()) === 'not-yet' || !row.isSettled) return;
      await transaction.change(sql.forgetRepository, [row.accountId, repositoryId]);
    });
  }
}
