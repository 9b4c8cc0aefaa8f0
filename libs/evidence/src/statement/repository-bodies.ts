import type { Head } from '../head/head';

/** What an owner key says about a repository, also where there is no vault (docs/wire.md, "Statements"). */
export const RepositoryPurpose = {
  head: 'head',
  snapshot: 'snapshot',
  pruneList: 'prune-list',
  rotation: 'rotation',
} as const;
export type RepositoryPurpose = (typeof RepositoryPurpose)[keyof typeof RepositoryPurpose];

/** Marks of a prune list at most, and snapshots that it names. */
export const pruneListMost = 200_000;

/** One object that a prune run no longer needs. */
export interface PruneMark {
  /** Relative to the repository. */
  readonly path: string;
  /** When it was marked; it is deleted 24 h later at the earliest. */
  readonly atMs: number;
  /** When a later run decided to delete it, which nothing takes back; null while it is only marked. */
  readonly decidedAtMs: number | null;
}

/** Body of `prune-list`. */
export interface PruneList {
  readonly pruneGeneration: number;
  /** Of the head that brings this list into force. */
  readonly generation: number;
  /** Paths of all snapshots that were or are current, but for those that are to be deleted; at most {@link pruneListMost}, none twice. */
  readonly snapshots: readonly string[];
  /** At most {@link pruneListMost}, no path twice. */
  readonly marks: readonly PruneMark[];
}

/**
 * Body of `rotation`, signed by the former owner key: the head of this generation was made under the next backup key. Written
 * where no vault keeps the head, so that a device that holds the former key learns that it was replaced.
 */
export interface RotationNotice {
  /** Of the first head under the new key. */
  readonly generation: number;
  /** Hash of that head, 32 bytes. */
  readonly headHash: Uint8Array;
  /** 8 bytes. */
  readonly newKeyId: Uint8Array;
  /** 32 bytes. */
  readonly newOwnerPublicKey: Uint8Array;
}

/** The body that goes with each purpose. The body of `snapshot` is the snapshot's own CBOR, opaque here. */
export interface RepositoryBodies {
  readonly head: Head;
  readonly snapshot: Uint8Array;
  readonly 'prune-list': PruneList;
  readonly rotation: RotationNotice;
}
