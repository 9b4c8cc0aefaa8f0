import type { OwnerKey } from '@coffer/device-crypto';

import type {
  ConversationItem,
  IndexedPack,
  IndexPlace,
  PackEntry,
  SnapshotItem,
  SnapshotSummary,
} from '../../src/index';

/** Changes bytes on their way into an object: how a faulty writer is made. Lengths may change. */
export type Change = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

/** Content as it goes into a pack. */
export interface Chunk {
  readonly id: Uint8Array<ArrayBuffer>;
  readonly rawLength: number;
  /** Raw bytes, or a zstd frame. */
  readonly content: Uint8Array;
  readonly isCompressed: boolean;
}

/** What a pack draws at random. */
export interface PackSealing {
  /** 16 bytes. */
  readonly packId: Uint8Array<ArrayBuffer>;
  /** 24 bytes. */
  readonly salt: Uint8Array<ArrayBuffer>;
}

/** A sealed pack in the store. */
export interface WrittenPack extends IndexedPack {
  readonly entries: readonly PackEntry[];
  readonly path: string;
}

/** What a snapshot is made of. */
export interface SnapshotContent {
  readonly items: readonly SnapshotItem[];
  readonly conversations: readonly ConversationItem[];
  readonly indexes: readonly IndexPlace[];
  readonly generation: number;
  readonly parent?: Uint8Array<ArrayBuffer>;
}

/** Faults of a snapshot, in the order in which they take effect. */
export interface SnapshotChanges {
  readonly files?: Change;
  readonly conversations?: Change;
  readonly summary?: (summary: SnapshotSummary) => SnapshotSummary;
  readonly summaryBytes?: Change;
  readonly signer?: OwnerKey;
  readonly purpose?: 'snapshot' | 'prune-list';
  /** Sections that take the place of those that were signed. */
  readonly filesAfterSigning?: Change;
  readonly plaintext?: Change;
}

export interface WrittenSnapshot {
  readonly id: Uint8Array<ArrayBuffer>;
  readonly path: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
  readonly generation: number;
}
