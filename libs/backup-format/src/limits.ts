/** Lengths in bytes and counts that docs/format/v1.md fixes ("Limits", "Chunks", "Pack"). */
export const formatLimits = {
  /** Raw length of a chunk. */
  chunkBytes: 1_048_576,
  /** A file below this is one chunk, and the gear hash cuts no shorter ones. */
  chunkLeastBytes: 65_536,
  /** From here on the gear hash cuts more readily. */
  chunkNormalBytes: 262_144,
  /** SQLite databases are cut every so many bytes, or at every page where pages are larger. */
  sqliteCutBytes: 32_768,
  packChunks: 65_536,
  /** Plaintext of a pack as written; a Padmé bucket, so that padding never exceeds it. */
  packPlainBytes: 16_777_216,
  sealedPackBytes: 33_554_432,
  sealedIndexBytes: 67_108_864,
  indexPacks: 65_536,
  sealedSnapshotBytes: 268_435_456,
  sealedPruneListBytes: 67_108_864,
  summaryBytes: 1_048_576,
  snapshotIndexes: 4096,
  snapshotFiles: 4_194_304,
  snapshotConversations: 1_048_576,
  snapshotSources: 4096,
  segmentMessages: 500,
  segmentBytes: 67_108_864,
  pathCharacters: 4096,
  deviceCharacters: 256,
  configBytes: 4096,
  keyslotBytes: 16_384,
  /** Longest credential id of a passkey in bytes (WebAuthn level 3, section 4). */
  credentialIdBytes: 1023,
  /** Longest relying party id of a passkey: a host name. */
  rpIdCharacters: 253,
  headBytes: 4096,
  rotationBytes: 4096,
  features: 64,
} as const;
/** The version of every object that this lib reads and writes. */
export const formatVersion = 1;
/** Length of repository, slot, pack, index and snapshot ids in bytes. */
export const objectIdBytes = 16;
/** Length of a chunk id in bytes. */
export const chunkIdBytes = 32;
/** More indexes than this are merged by the next writer. */
export const mergeIndexesPast = 64;
