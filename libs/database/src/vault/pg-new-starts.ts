import type { NewStartChange, NewStartRow, NewStartRows, NewStartState } from '@coffer/key-vault';
import type { Queryable } from '../database';
import * as newStart from './new-start-statements';

/** New starts of one account on PostgreSQL, inside its transaction. */
export class PgNewStarts implements NewStartRows {
  readonly #accountId: string;
  readonly #sql: Queryable;

  constructor(accountId: string, sql: Queryable) {
    this.#accountId = accountId;
    this.#sql = sql;
  }

  async list(): Promise<readonly NewStartRow[]> {
    return this.#sql.rows<NewStartRow>(newStart.listNewStarts, [this.#accountId]);
  }

  async insert(row: NewStartRow): Promise<void> {
    await this.#sql.change(newStart.insertNewStart, [
      ...[this.#accountId, row.newStartId, row.state, row.begunAtMs, row.opensAtMs, row.closesAtMs],
      ...[row.ownerGeneration, row.keyId, row.ownerPublicKey],
      ...[row.finishedAtMs, row.undoUntilMs, row.stepAtMs],
    ]);
  }

  async change(newStartId: string, from: NewStartState, to: NewStartChange): Promise<boolean> {
    const values = [this.#accountId, newStartId, from, to.state, to.finishedAtMs, to.undoUntilMs, to.stepAtMs];
    return (await this.#sql.change(newStart.changeNewStart, values)) === 1;
  }

  async endRegistrations(): Promise<void> {
    await this.#sql.change(newStart.endNewStartRegistrations, [this.#accountId]);
  }
}
