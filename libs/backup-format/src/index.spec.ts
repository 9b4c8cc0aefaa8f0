import { describe, expect, it } from 'vitest';

import * as browser from './browser';
import * as index from './index';
import * as node from './node';

describe('public surface', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(index).sort()).toEqual([
      'BackupFormatError',
      'PackBuilder',
      'StoredConversation',
      'chunkFlags',
      'chunkIdBytes',
      'comparePaths',
      'contentCutter',
      'cutterFor',
      'decodeConversationItems',
      'decodeFileItems',
      'decodeIndex',
      'decodeKeyslot',
      'decodePackTable',
      'decodeRepositoryConfig',
      'decodeSigned',
      'decodeSignedSummary',
      'decodeSnapshotSummary',
      'digestSection',
      'drawGearTable',
      'encodeConversation',
      'encodeConversationItems',
      'encodeFileItems',
      'encodeIndex',
      'encodeKeyslot',
      'encodePackTable',
      'encodeRepositoryConfig',
      'encodeSigned',
      'encodeSnapshot',
      'encodeSnapshotSummary',
      'endOfChunks',
      'fixedCutter',
      'formatLimits',
      'formatVersion',
      'hasItemBelowFile',
      'isItemPath',
      'knownFeatures',
      'mergeIndexesPast',
      'objectIdBytes',
      'objectIdHex',
      'objectPaths',
      'objectPrefixes',
      'openStoredChunk',
      'packTableBytes',
      'packTablePlace',
      'padme',
      'parseHeadPath',
      'parseKeyringPath',
      'parsePackPath',
      'parseSnapshotPath',
      'passkeyParameters',
      'readPack',
      'requireItemPath',
      'requireKnownFeatures',
      'requireSection',
      'sectionPlaces',
      'signedSummaryPlace',
      'splitSnapshot',
      'sqlitePageBytes',
      'worthwhileFrameBytes',
    ]);
    expect(Object.keys(node)).toEqual(['nodeCompressor']);
    expect(Object.keys(browser)).toEqual(['browserDecompressor']);
  });
});
