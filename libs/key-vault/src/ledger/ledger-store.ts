import type { HashReader, TreeNodeHash } from '@coffer/evidence';
import type { AnchorHead } from './anchor';

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
  /** How far the anchors' quorum has acknowledged: what is published. */
  readonly anchoredSize: number;
  /** The checkpoint of that size as a signed note. */
  readonly anchoredNote: string;
  /** When the quorum answered last. */
  readonly anchoredAtMs: number | null;
}

/** What one anchor has acknowledged, as the database remembers it. */
export interface AnchorAcknowledgement extends AnchorHead {
  readonly name: string;
  readonly kind: string;
}

/** Answers of anchors in one round. */
export interface AnchorMark {
  readonly acknowledged: readonly AnchorAcknowledgement[];
  /** The checkpoint that a quorum has acknowledged; undefined where there was none. */
  readonly covered: AnchorHead | undefined;
}

/** What one sequencing transaction sees. */
export interface LedgerTransaction {
  /** The head, locked, and whether the vault is sealed. */
  head(): Promise<LedgerHead & { readonly vaultSealedReason: string | null }>;
  /** Stored hashes of complete subtrees. */
  readonly hashes: HashReader;
  /** Waiting events in the order in which they were committed per account, at most `limit`. */
  queued(limit: number): Promise<readonly QueuedEvent[]>;
  /** Writes leaves and hashes, and takes the leaves' events off the queue. */
  append(leaves: readonly NewLeaf[], nodes: readonly TreeNodeHash[]): Promise<void>;
  moveHead(head: Pick<LedgerHead, 'treeSize' | 'root' | 'note'>): Promise<void>;
  /** Takes an event off the queue that must not enter the tree. */
  refuse(accountId: string, number: number): Promise<void>;
}

/** The ledger of one vault, seen by the one process that sequences. */
export interface LedgerStore {
  /** Stored hashes of complete subtrees. */
  readonly hashes: HashReader;
  transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T>;
  head(): Promise<LedgerHead>;
  /** Whether an event waits for its place in the tree. */
  hasQueued(): Promise<boolean>;
  /** Leaves from `first` on with the bytes that they were made of, for the anchor and for checks; at most `limit`. */
  leaves(first: number, limit: number): Promise<readonly LeafWithEvent[]>;
  /** Remembers what anchors have acknowledged just now. Sizes never go back. */
  markAnchored(mark: AnchorMark): Promise<void>;
  /** What each anchor has ever acknowledged. */
  acknowledgements(): Promise<readonly AnchorAcknowledgement[]>;
  markChecked(holds: boolean): Promise<void>;
}

/** A leaf with its place, or of nobody: its account was erased, or is not in the database any more. */
export type PlacedLeaf = Pick<NewLeaf, 'leafIndex' | 'entry'> &
  (Pick<NewLeaf, 'accountId' | 'number'> | { readonly accountId: null; readonly number: null });

/** A stored leaf; event and salt are null once an account was erased. */
export type LeafWithEvent = PlacedLeaf & {
  readonly event: Uint8Array | null;
  readonly salt: Uint8Array | null;
};
