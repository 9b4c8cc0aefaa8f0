import type { Head } from '../head/head';

/** What an owner key says about a repository, also where there is no vault (docs/wire.md, "Statements"). */
export const RepositoryPurpose = {
  head: 'head',
  snapshot: 'snapshot',
  pruneList: 'prune-list',
  rotation: 'rotation',
} as const;
export type RepositoryPurpose = (typeof RepositoryPurpose)[keyof typeof RepositoryPurpose];

/** One object that a prune run no longer needs. */
export interface PruneMark {
  /** Relative to the repository. */
  readonly path: string;
  /** When it was marked; it is deleted 24 h later at the earliest. */
  readonly atMs: number;
}

/** Body of `prune-list`. */
export interface PruneList {
  readonly pruneGeneration: number;
  /** At most 200,000, no path twice. */
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
