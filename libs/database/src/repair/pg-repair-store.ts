import type { TreeNodeHash } from '@coffer/evidence';
import type {
  AccountEvidence,
  AccountRepairStore,
  AnchorAcknowledgement,
  LedgerHead,
  NewLeaf,
  PlacedLeaf,
  RepairScope,
  RepairTransaction,
  TreeRepairStore,
  TreeRepairTransaction,
} from '@coffer/key-vault';
import type { Database, Queryable } from '../database';
import { acknowledge, takeQueued } from '../vault/ledger-statements';
import { PgLedgerStore } from '../vault/pg-ledger-store';
import { PgRepairTransaction } from './pg-repair-transaction';
import { readEvidence } from './read-evidence';
import * as sql from './repair-statements';

/** Ledger and accounts on PostgreSQL, as a repair sees them. */
export class PgRepairStore extends PgLedgerStore implements TreeRepairStore, AccountRepairStore {
  readonly #database: Database;

  constructor(database: Database) {
    super(database);
    this.#database = database;
  }

  async evidences(scope: RepairScope, after: string | null, limit: number): Promise<readonly AccountEvidence[]> {
    const values = [after, limit, scope === 'accounts'];
    const page = await this.#database.rows<{ accountId: string }>(sql.pageAccounts, values);
    return readEvidence(
      this.#database,
      page.map(({ accountId }) => accountId),
    );
  }

  repairAccount<T>(accountId: string, work: (transaction: RepairTransaction) => Promise<T>): Promise<T> {
    return this.#database.transaction((queryable) => work(new PgRepairTransaction(accountId, queryable)));
  }

  repairTree<T>(work: (transaction: TreeRepairTransaction) => Promise<T>): Promise<T> {
    return this.#database.transaction((queryable) => work(new PgTreeRepair(queryable)));
  }

  async known(accountIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.#database.rows<{ accountId: string }>(sql.knownAccounts, [accountIds]);
    return new Set(found.map(({ accountId }) => accountId));
  }
}

class PgTreeRepair implements TreeRepairTransaction {
  readonly #sql: Queryable;

  constructor(queryable: Queryable) {
    this.#sql = queryable;
  }

  async cut(size: number): Promise<void> {
    await this.#sql.change(sql.cutLeaves, [size]);
    await this.#sql.change(sql.cutNodes, [size]);
  }

  async putLeaves(leaves: readonly PlacedLeaf[]): Promise<void> {
    const indexes = leaves.map(({ leafIndex }) => leafIndex);
    const accounts = leaves.map(({ accountId }) => accountId ?? '');
    const numbers = leaves.map(({ number }) => number ?? 0);
    await this.#sql.change(sql.makeRoomAt, [indexes]);
    await this.#sql.change(sql.makeRoomFor, [accounts, numbers]);
    const named = leaves.filter((leaf): leaf is NewLeaf => leaf.accountId !== null);
    const places = [named.map(({ accountId }) => accountId), named.map(({ number }) => number)];
    await this.#sql.change(takeQueued, places);
    await this.#sql.change(sql.putLeaves, [indexes, accounts, numbers, leaves.map(({ entry }) => entry)]);
  }

  async putNodes(nodes: readonly TreeNodeHash[]): Promise<void> {
    await this.#sql.change(sql.putNodes, [
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
    ]);
  }

  async putHead(
    head: Omit<LedgerHead, 'anchoredAtMs'>,
    read: readonly string[],
    held: readonly AnchorAcknowledgement[],
  ): Promise<void> {
    const { treeSize, root, note, anchoredSize, anchoredNote } = head;
    await this.#sql.change(sql.putHead, [treeSize, root, note, anchoredSize, anchoredNote]);
    await this.#sql.change(sql.forgetAnchors, [read]);
    await this.#sql.change(acknowledge, [
      held.map(({ name }) => name),
      held.map(({ kind }) => kind),
      held.map(({ size }) => size),
      held.map(({ note: heldNote }) => heldNote),
    ]);
  }
}
