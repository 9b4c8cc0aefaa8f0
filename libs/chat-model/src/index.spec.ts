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
      'deliveryStates',
      'encodeSegment',
      'encodeSegments',
      'eventWords',
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
      'searchableText',
      'someConversations',
      'votesByOption',
      'wordsWithNames',
    ]);
  });
});
