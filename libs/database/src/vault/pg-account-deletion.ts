import type { AccountDeletionRow, AccountDeletionRows } from '@coffer/key-vault';
import type { Queryable } from '../database';
import * as deletion from './deletion-statements';

/** The deletion of one account on PostgreSQL, inside its transaction. */
export class PgAccountDeletion implements AccountDeletionRows {
  readonly #accountId: string;
  readonly #sql: Queryable;

  constructor(accountId: string, sql: Queryable) {
    this.#accountId = accountId;
    this.#sql = sql;
  }

  async find(): Promise<AccountDeletionRow | null> {
    const [row] = await this.#sql.rows<AccountDeletionRow>(deletion.findDeletion, [this.#accountId]);
    return row ?? null;
  }

  async put({ deletionId, state, askedBy, askedAtMs, dueAtMs, stepAtMs }: AccountDeletionRow): Promise<void> {
    const values = [this.#accountId, deletionId, state, askedBy, askedAtMs, dueAtMs, stepAtMs];
    await this.#sql.change(deletion.putDeletion, values);
  }

  async cancel(deletionId: string): Promise<boolean> {
    return (await this.#sql.change(deletion.cancelDeletion, [this.#accountId, deletionId])) === 1;
  }

  async close(): Promise<boolean> {
    if ((await this.#sql.change(deletion.closeAccount, [this.#accountId])) !== 1) return false;
    await this.#sql.change(deletion.clearClosed, [this.#accountId]);
    return true;
  }

  async isErasable(): Promise<boolean> {
    const [row] = await this.#sql.rows<{ isErasable: boolean }>(deletion.isErasable, [this.#accountId]);
    return row?.isErasable === true;
  }

  async leaves(): Promise<number> {
    const [row] = await this.#sql.rows<{ leaves: number }>(deletion.countLeaves, [this.#accountId]);
    return row?.leaves ?? 0;
  }

  async erase(): Promise<number> {
    await this.#sql.change(deletion.eraseRound, [this.#accountId]);
    const leaves = await this.#sql.change(deletion.freeLeaves, [this.#accountId]);
    for (const statement of deletion.eraseTables) await this.#sql.change(statement, [this.#accountId]);
    return leaves;
  }
}
