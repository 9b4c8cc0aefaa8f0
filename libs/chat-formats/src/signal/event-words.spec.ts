import { describe, expect, it } from 'vitest';
import { signalEventWords } from './event-words';

describe('signalEventWords', () => {
  it.each([
    ['group-self-invited', 'you were invited to the group'],
    ['thread-merged', 'two chats with the same person were joined'],
    ['poll-ended', 'poll ended'],
    ['an-event-of-tomorrow', 'an event of tomorrow'],
    ['unknown', undefined],
  ])('calls %s: %s', (action, words) => {
    expect(signalEventWords(action)).toBe(words);
  });
});
