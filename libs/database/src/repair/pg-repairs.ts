import type { ProposedRepair, RepairApproval } from '@coffer/key-vault';
import type { Database, Queryable } from '../database';
import { clockMs, statement } from '../statement';
import * as sql from './repair-statements';

/** A repair that staff have proposed, with its plan and whether it was begun. */
export interface RepairRow extends ProposedRepair {
  readonly plan: Uint8Array;
  readonly state: 'proposed' | 'running';
}

const readClock = statement('repair_read_clock', `SELECT ${clockMs} AS "nowMs"`);

/** Proposed repairs and their approvals on PostgreSQL. */
export class PgRepairs {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The database's clock. */
  async nowMs(): Promise<number> {
    const [row] = await this.#database.rows<{ nowMs: number }>(readClock);
    return row!.nowMs;
  }

  /** The repair of a plan that may still be approved or applied. */
  async find(planHash: Uint8Array): Promise<RepairRow | undefined> {
    const [row] = await this.#database.rows<RepairRow>(sql.findRepair, [planHash]);
    return row;
  }

  /** Whether a repair of this plan was finished within the last day. */
  async isDone(planHash: Uint8Array): Promise<boolean> {
    const [row] = await this.#database.rows<{ found: boolean }>(sql.isDone, [planHash]);
    return row?.found === true;
  }

  /** All that may still be approved or applied, the earliest first. */
  async open(): Promise<readonly RepairRow[]> {
    return this.#database.rows<RepairRow>(sql.listRepairs);
  }

  async approvals(repairId: string): Promise<readonly RepairApproval[]> {
    return this.#database.rows<RepairApproval>(sql.findApprovals, [repairId]);
  }

  /** Stores a repair with its first approval. */
  async propose(repair: Omit<RepairRow, 'state'>, first: RepairApproval): Promise<void> {
    const { repairId, scope, planHash, plan, reason, proposedAtMs, expiresAtMs } = repair;
    await this.#database.transaction(async (transaction) => {
      const values = [repairId, scope, planHash, plan, reason, proposedAtMs, expiresAtMs];
      await transaction.change(sql.insertRepair, values);
      await insertApproval(transaction, repairId, first);
    });
  }

  /** @returns false where this member of staff had approved it before */
  async approve(repairId: string, approval: RepairApproval): Promise<boolean> {
    return insertApproval(this.#database, repairId, approval);
  }

  /** @returns whether it may be applied: it is running, or proposed and not expired */
  async begin(repairId: string): Promise<boolean> {
    return (await this.#database.change(sql.beginRepair, [repairId])) === 1;
  }

  /** Marks it as done, and whatever else was proposed as overtaken. */
  async finish(transaction: Queryable, repairId: string): Promise<void> {
    await transaction.change(sql.finishRepair, [repairId]);
  }

  /** How many leaves of the tree are nobody's. */
  async nobodysLeaves(transaction: Queryable): Promise<number> {
    const [row] = await transaction.rows<{ leaves: number }>(sql.countNobodys);
    return row?.leaves ?? 0;
  }

  /** Takes the seal off the vault. */
  async unsealVault(transaction: Queryable): Promise<void> {
    await transaction.change(sql.unsealVault);
  }
}

async function insertApproval(queryable: Queryable, repairId: string, approval: RepairApproval): Promise<boolean> {
  const { staff, atMs, mac } = approval;
  return (await queryable.change(sql.insertApproval, [repairId, staff, atMs, mac])) === 1;
}
