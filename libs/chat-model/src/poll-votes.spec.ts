import { describe, expect, it } from 'vitest';
import type { Extra, Message } from './index';
import { pollVotesOf, votesByOption } from './poll-votes';

const poll = (options: readonly string[], pollVotes: Extra): Message => ({
  id: '1',
  senderId: 'anna',
  isFromSelf: false,
  timeMs: 0,
  kind: 'poll',
  poll: { options },
  extras: { pollVotes },
});

describe('pollVotesOf', () => {
  it('knows the owner from others', () => {
    const votes = [
      { option: 'yes', senderId: 'anna' },
      { option: 'no', isFromSelf: true },
    ];
    expect(pollVotesOf(poll(['yes', 'no'], votes))).toEqual([
      { option: 'yes', senderId: 'anna' },
      { option: 'no', senderId: null },
    ]);
  });
  it.each([
    ['text'],
    [[1, 'yes', true]],
    [[{ option: 1, senderId: 'anna' }]],
    [[{ option: 'yes' }]],
  ] as readonly (readonly [Extra])[])('takes no votes from %j', (votes) => {
    expect(pollVotesOf(poll(['yes'], votes))).toEqual([]);
  });
});

describe('votesByOption', () => {
  it('puts votes to the words of an option, or to its place where options share their words', () => {
    const votes = [
      { option: 'yes', senderId: 'anna', index: 1 },
      { option: 'no', senderId: 'bo' },
      { option: 'gone', senderId: 'cem' },
    ];
    const found = votesByOption(poll(['yes', 'yes', 'no'], votes));
    expect(found.map((each) => each.map(({ senderId }) => senderId))).toEqual([[], ['anna'], ['bo']]);
  });
});
