export {
  decodeConversationItems,
  encodeConversationItems,
  type ConversationItem,
  type Segment,
  type SegmentPack,
  type SegmentPart,
} from './conversation-items';
export { contentCutter, cutterFor, fixedCutter, sqlitePageBytes, type Cutter } from './cutter';
export { BackupFormatError, type BackupFormatErrorCode } from './errors';
export {
  decodeFileItems,
  encodeFileItems,
  hasItemBelowFile,
  type FileItem,
  type FolderItem,
  type LinkItem,
  type SnapshotItem,
} from './file-items';
export { drawGearTable, type GearTable } from './gear-table';
export { decodeIndex, encodeIndex, type IndexedPack } from './index-object';
export { isItemPath, requireItemPath } from './item-path';
export { decodeKeyslot, encodeKeyslot, type KeyslotObject } from './keyslot';
export { chunkIdBytes, formatLimits, formatVersion, mergeIndexesPast, objectIdBytes } from './limits';
export {
  objectIdHex,
  objectPaths,
  objectPrefixes,
  parseHeadPath,
  parseIndexPath,
  parseKeyringPath,
  parsePackPath,
  parsePrunePath,
  parseSnapshotPath,
  type ObjectPlace,
} from './object-paths';
export { PackBuilder, type FinishedPack } from './pack-builder';
export { endOfChunks, packTablePlace, readPack } from './pack-reader';
export { decodePackTable, encodePackTable, packTableBytes, type PackEntry } from './pack-table';
export { padme } from './padme';
export { passkeyParameters, type PasskeyParameters } from './passkey-parameters';
export { decodePruneObject, encodePruneObject } from './prune-object';
export { comparePaths } from './path-order';
export {
  decodeRepositoryConfig,
  encodeRepositoryConfig,
  knownFeatures,
  requireKnownFeatures,
  type RepositoryConfig,
} from './repository-config';
export { decodeSigned, encodeSigned } from './signed-object';
export {
  decodeSignedSummary,
  digestSection,
  encodeSnapshot,
  requireSection,
  sectionPlaces,
  signedSummaryPlace,
  splitSnapshot,
  type SnapshotSections,
} from './snapshot';
export {
  decodeSnapshotSummary,
  encodeSnapshotSummary,
  type IndexPlace,
  type SectionDigest,
  type SnapshotCounts,
  type SnapshotSource,
  type SnapshotSummary,
} from './snapshot-summary';
export { encodeConversation, StoredConversation, type ConversationFacts } from './stored-conversation';
export { chunkFlags, openStoredChunk, worthwhileFrameBytes, type Compressor, type Decompressor } from './stored-chunk';
