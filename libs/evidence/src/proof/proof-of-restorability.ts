/** What the snapshot holds, as the device counted it while it validated. */
export interface ProofCounts {
  readonly objects: number;
  readonly bytes: number;
  readonly files: number;
  readonly conversations: number;
  readonly messages: number;
}

/** A sealed object that was fetched, hashed and opened. */
export interface ProofObject {
  /** Relative to the repository. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the sealed bytes, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** One plaintext object, and the snapshot item that gives its very bytes back. */
export interface ProofItem {
  readonly provider: string;
  readonly location: string;
  /** As the list of found objects names it. */
  readonly objectId: string;
  /** Version, revision or ETag: exactly one is proven. */
  readonly version: string;
  readonly sizeBytes: number;
  /** SHA-256 of the plaintext object, 32 bytes. */
  readonly sha256: Uint8Array;
  readonly itemPath: string;
  /** Ascending indexes into the proof's `objects`: everything that the item needs, all of it read. */
  readonly objects: readonly number[];
}

/** Body of the vault statement `proof` (docs/wire.md). */
export interface ProofOfRestorability {
  readonly v: 1;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly headHash: Uint8Array;
  readonly snapshotId: string;
  /** 1-100: how much of the snapshot was read; what `items` need was read whole in any case. */
  readonly samplePercent: number;
  readonly createdAtMs: number;
  readonly counts: ProofCounts;
  readonly objects: readonly ProofObject[];
  readonly items: readonly ProofItem[];
}
