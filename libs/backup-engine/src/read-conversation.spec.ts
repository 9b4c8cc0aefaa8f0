import type { ConversationItem, Segment } from '@coffer/backup-format';
import { describe, expect, it } from 'vitest';

import { isWithin, segmentsWithin } from './read-conversation';

const segment = (firstMs: number | null, lastMs: number | null): Segment => ({
  messages: 1,
  firstMs,
  lastMs,
  parts: [],
});
const segments = [segment(null, null), segment(10, 20), segment(20, 20), segment(15, 40), segment(50, 60)];
const conversation = { segments } as unknown as ConversationItem;

describe('segmentsWithin', () => {
  it.each<[number | undefined, number | undefined, readonly number[]]>([
    [undefined, undefined, [0, 1, 2, 3, 4]],
    [20, undefined, [0, 1, 2, 3, 4]],
    [21, undefined, [0, 3, 4]],
    [undefined, 20, [0, 1, 3]],
    [undefined, 10, [0]],
    [41, 50, [0]],
    [60, 61, [0, 4]],
  ])('of %s to %s leaves out what cannot hold any of it', (sinceMs, untilMs, numbers) => {
    expect(segmentsWithin(conversation, { sinceMs, untilMs })).toEqual(numbers.map((number) => segments[number]));
  });
});

describe('isWithin', () => {
  it('takes its beginning and leaves out its end', () => {
    const range = { sinceMs: 10, untilMs: 20 };
    expect([9, 10, 19, 20, null].map((timeMs) => isWithin(range, timeMs))).toEqual([false, true, true, false, false]);
    expect(isWithin({ sinceMs: undefined, untilMs: undefined }, null)).toBe(true);
  });
});
