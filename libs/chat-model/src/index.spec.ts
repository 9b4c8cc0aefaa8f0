import { describe, expect, it } from 'vitest';
import * as chatModel from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(chatModel).sort()).toEqual([
      'ChatModelError',
      'Scrambler',
      'chatLimits',
      'conversationFromCbor',
      'conversationFromJson',
      'conversationKinds',
      'conversationToCbor',
      'cutSegments',
      'decodeSegment',
      'deliveryOf',
      'deliveryStates',
      'encodeSegment',
      'encodeSegments',
      'excerptOf',
      'foldText',
      'htmlPages',
      'jsonDocument',
      'jsonDocumentHead',
      'jsonDocumentOf',
      'matchesQuery',
      'maximumInstantMs',
      'mergeSources',
      'messageFromJson',
      'messageKinds',
      'messageMarks',
      'messagesBetween',
      'parseSearchQuery',
      'receivedMsOf',
      'searchableText',
      'someConversations',
      'votesByOption',
      'wordsWithNames',
    ]);
  });
});
