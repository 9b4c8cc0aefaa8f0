import type { Head } from '../head/head';

/** What an owner key says about a repository, also where there is no vault (docs/wire.md, "Statements"). */
export const RepositoryPurpose = {
  head: 'head',
  snapshot: 'snapshot',
  pruneList: 'prune-list',
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

/** The body that goes with each purpose. The body of `snapshot` is the snapshot's own CBOR, opaque here. */
export interface RepositoryBodies {
  readonly head: Head;
  readonly snapshot: Uint8Array;
  readonly 'prune-list': PruneList;
}
