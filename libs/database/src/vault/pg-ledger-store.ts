import { LedgerEventKind, type HashReader, type TreeNode, type TreeNodeHash } from '@coffer/evidence';
import {
  vaultIssuer,
  type AccountChain,
  type AnchorAcknowledgement,
  type AnchorMark,
  type ChainEvent,
  type FreeingEvents,
  type LeafWithEvent,
  type LedgerCheckStore,
  type LedgerHead,
  type LedgerTransaction,
  type NewLeaf,
  type QueuedEvent,
  type StoredEvent,
} from '@coffer/key-vault';
import type { Queryable } from '../database';
import { DatabaseError } from '../errors';
import * as ledger from './ledger-statements';

/** The stored hashes of the tree. */
class PgHashes implements HashReader {
  readonly #sql: Queryable;

  constructor(sql: Queryable) {
    this.#sql = sql;
  }

  async read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]> {
    if (nodes.length === 0) return [];
    const rows = await this.#sql.rows<{ hash: Uint8Array }>(ledger.findNodes, [
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
    ]);
    return rows.map(({ hash }) => hash);
  }
}

class PgLedgerTransaction implements LedgerTransaction {
  readonly hashes: HashReader;
  readonly #sql: Queryable;

  constructor(sql: Queryable) {
    this.#sql = sql;
    this.hashes = new PgHashes(sql);
  }

  async head(): Promise<LedgerHead & { readonly vaultSealedReason: string | null }> {
    return oneHead(await this.#sql.rows<LedgerHead & { vaultSealedReason: string | null }>(ledger.lockHead));
  }

  async queued(limit: number): Promise<readonly QueuedEvent[]> {
    return this.#sql.rows<QueuedEvent>(ledger.findQueued, [limit]);
  }

  async append(leaves: readonly NewLeaf[], nodes: readonly TreeNodeHash[]): Promise<void> {
    const accounts = leaves.map(({ accountId }) => accountId);
    const numbers = leaves.map(({ number }) => number);
    await this.#sql.change(ledger.insertLeaves, [
      leaves.map(({ leafIndex }) => leafIndex),
      accounts,
      numbers,
      leaves.map(({ entry }) => entry),
    ]);
    await this.#sql.change(ledger.insertNodes, [
      nodes.map(({ level }) => level),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
    ]);
    await this.#sql.change(ledger.takeQueued, [accounts, numbers]);
  }

  async moveHead({ treeSize, root, note }: Pick<LedgerHead, 'treeSize' | 'root' | 'note'>): Promise<void> {
    await this.#sql.change(ledger.moveHead, [treeSize, root, note]);
  }

  async refuse(accountId: string, number: number): Promise<void> {
    await this.#sql.change(ledger.takeQueued, [[accountId], [number]]);
  }
}

/**
 * The ledger on PostgreSQL.
 *
 * @param sql - the pool for reading; for sequencing the session that holds the sequencer's lock
 */
export class PgLedgerStore implements LedgerCheckStore {
  readonly hashes: HashReader;
  readonly #sql: Queryable & {
    transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  };

  constructor(sql: Queryable & { transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> }) {
    this.#sql = sql;
    this.hashes = new PgHashes(sql);
  }

  transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T> {
    return this.#sql.transaction((sql) => work(new PgLedgerTransaction(sql)));
  }

  async head(): Promise<LedgerHead> {
    return oneHead(await this.#sql.rows<LedgerHead>(ledger.findHead));
  }

  async hasQueued(): Promise<boolean> {
    const [row] = await this.#sql.rows<{ found: boolean }>(ledger.hasQueued);
    return row?.found === true;
  }

  /** Writes the head of the empty tree where there is no head. */
  async createHead(head: Pick<LedgerHead, 'root' | 'note'>): Promise<void> {
    await this.#sql.change(ledger.createHead, [head.root, head.note]);
  }

  async leaves(first: number, limit: number): Promise<readonly LeafWithEvent[]> {
    return this.#sql.rows<LeafWithEvent>(ledger.findLeaves, [first, limit]);
  }

  /** Entries of the leaves from `first` on, 32 bytes each; at most `limit`. */
  async entries(first: number, limit: number): Promise<readonly Uint8Array[]> {
    const rows = await this.#sql.rows<{ entry: Uint8Array }>(ledger.findEntries, [first, limit]);
    return rows.map(({ entry }) => entry);
  }

  async freeing(): Promise<FreeingEvents> {
    const kinds = [LedgerEventKind.accountErased, LedgerEventKind.vaultRepaired];
    const rows = await this.#sql.rows<StoredEvent & { accountId: string }>(ledger.findFreeing, [vaultIssuer, kinds]);
    return { accountId: rows[0]?.accountId, events: rows };
  }

  async markAnchored({ acknowledged, covered }: AnchorMark): Promise<void> {
    if (acknowledged.length > 0) {
      await this.#sql.change(ledger.acknowledge, [
        acknowledged.map(({ name }) => name),
        acknowledged.map(({ kind }) => kind),
        acknowledged.map(({ size }) => size),
        acknowledged.map(({ note }) => note),
      ]);
    }
    if (covered !== undefined) await this.#sql.change(ledger.markAnchored, [covered.size, covered.note]);
  }

  async acknowledgements(): Promise<readonly AnchorAcknowledgement[]> {
    return this.#sql.rows<AnchorAcknowledgement>(ledger.findAnchors);
  }

  async markChecked(holds: boolean): Promise<void> {
    await this.#sql.change(ledger.markChecked, [holds]);
  }

  async chains(after: string | null, limit: number): Promise<readonly AccountChain[]> {
    type Row = AccountChain['budget'] & {
      readonly accountId: string;
      readonly accounted: number;
      readonly vetoedUntilMs: number | null;
      readonly number: number | null;
    } & Omit<ChainEvent, 'number' | 'figures'> & {
        readonly kind: LedgerEventKind;
        readonly atMs: number;
        readonly eventRemaining: number;
        readonly eventAttempt: number;
        readonly eventNextAtMs: number | null;
        readonly eventSerial: number;
      };
    const chains = new Map<string, AccountChain & { readonly events: ChainEvent[] }>();
    for (const row of await this.#sql.rows<Row>(ledger.findChains, [after, limit])) {
      const { accountId, accounted, vetoedUntilMs, remaining, attempt, nextAtMs, serial } = row;
      const chain = chains.get(accountId) ?? {
        accountId,
        ...{ accounted, vetoedUntilMs },
        budget: { remaining, attempt, nextAtMs, serial },
        events: [],
      };
      chains.set(accountId, chain);
      if (row.number === null) continue;
      const { number, event, mac, hash, kind, atMs } = row;
      const figures = {
        ...{ kind, atMs, remaining: row.eventRemaining, attempt: row.eventAttempt },
        ...{ nextAtMs: row.eventNextAtMs, serial: row.eventSerial },
      };
      chain.events.push({ number, event, mac, hash, figures });
    }
    return [...chains.values()];
  }
}

function oneHead<Head extends LedgerHead>(rows: readonly Head[]): Head {
  const [head] = rows;
  if (head === undefined) throw new DatabaseError('failed', 'the ledger has no head');
  return head;
}
