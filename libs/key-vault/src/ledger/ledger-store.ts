import type { HashReader, TreeNodeHash } from '@coffer/evidence';

/** An event that waits for its place in the tree. */
export interface QueuedEvent {
  readonly accountId: string;
  readonly number: number;
  readonly event: Uint8Array;
  readonly salt: Uint8Array;
  /** Number of the account's last event in the tree; 0 before the first. */
  readonly sequencedNumber: number;
}

/** A leaf: `entry` is SHA-256(salt || event), 32 bytes. */
export interface NewLeaf {
  readonly leafIndex: number;
  readonly accountId: string;
  readonly number: number;
  readonly entry: Uint8Array;
}

/** The head of the tree and how far the anchor has acknowledged it. */
export interface LedgerHead {
  readonly treeSize: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The checkpoint as a signed note. */
  readonly note: string;
  readonly anchoredSize: number;
  readonly anchoredAtMs: number | null;
}

/** What one sequencing transaction sees. */
export interface LedgerTransaction {
  /** The head, locked. */
  head(): Promise<LedgerHead>;
  /** Stored hashes of complete subtrees. */
  readonly hashes: HashReader;
  /** Waiting events in the order in which they were committed per account, at most `limit`. */
  queued(limit: number): Promise<readonly QueuedEvent[]>;
  /** Writes leaves, hashes and head, and takes the leaves' events off the queue. */
  extend(
    leaves: readonly NewLeaf[],
    nodes: readonly TreeNodeHash[],
    head: Omit<LedgerHead, 'anchoredSize' | 'anchoredAtMs'>,
  ): Promise<void>;
  /** Takes an event off the queue that must not enter the tree. */
  refuse(accountId: string, number: number): Promise<void>;
}

/** The ledger of one vault, seen by the one process that sequences. */
export interface LedgerStore {
  transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T>;
  head(): Promise<LedgerHead>;
  /** Whether an event waits for its place in the tree. */
  hasQueued(): Promise<boolean>;
  /** Leaves from `first` on with the bytes that they were made of, for the anchor and for checks; at most `limit`. */
  leaves(first: number, limit: number): Promise<readonly LeafWithEvent[]>;
  /** The anchor has acknowledged a checkpoint of `size`. Never goes back. */
  markAnchored(size: number): Promise<void>;
  markChecked(holds: boolean): Promise<void>;
}

/** A stored leaf; event and salt are null once an account was erased. */
export interface LeafWithEvent extends NewLeaf {
  readonly event: Uint8Array | null;
  readonly salt: Uint8Array | null;
}
