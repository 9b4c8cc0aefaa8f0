/** The one pointer into a repository, owner-signed (docs/format/v1.md, "Head"). */
export interface Head {
  readonly v: 1;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly keyringVersion: number;
  readonly epoch: number;
  /** Counts from 1. */
  readonly generation: number;
  /** Hash of the head before (32 bytes); null on generation 1. */
  readonly previous: Uint8Array | null;
  readonly pruneGeneration: number;
  readonly snapshotId: string;
  /** SHA-256 of the sealed snapshot, 32 bytes. */
  readonly snapshotSha256: Uint8Array;
}
