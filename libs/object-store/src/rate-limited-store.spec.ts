import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { describeObjectStore } from '../test/object-store-contract';
import { MemoryObjectStore } from './memory-object-store';
import { RateLimitedStore, type RateLimits } from './rate-limited-store';

/** A store under a limit, and the time that went by in it. */
function limited(limits: RateLimits) {
  let nowMs = 0;
  const timer = {
    nowMs: () => nowMs,
    pauseMs: async (milliseconds: number) => void (nowMs += milliseconds),
  };
  return { store: new RateLimitedStore(new MemoryObjectStore(), limits, timer), elapsedMs: () => nowMs };
}

describeObjectStore(
  'RateLimitedStore',
  async () => limited({ upBytesPerSecond: 1_000_000, downBytesPerSecond: 1_000_000 }).store,
);

describe('RateLimitedStore', () => {
  it('stores no faster than it may', async () => {
    const { store, elapsedMs } = limited({ upBytesPerSecond: 100_000 });
    await store.put('a', seed('a', 1_000_000));
    await store.put('b', seed('b', 1_000_000));
    // The last piece is on its way when it has its turn.
    expect(elapsedMs()).toBeGreaterThan(19_000);
    expect(elapsedMs()).toBeLessThanOrEqual(20_000);
    expect(await store.get('b')).toEqual(seed('b', 1_000_000));
    expect(elapsedMs()).toBeLessThanOrEqual(20_000);
  });

  it('reads no faster than it may, over all that is read at once', async () => {
    const { store, elapsedMs } = limited({ downBytesPerSecond: 10_000 });
    for (const key of ['a', 'b', 'c', 'd']) await store.put(key, seed(key, 10_000));
    expect(elapsedMs()).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((key) => store.get(key)));
    await store.get('d', { offset: 0, length: 5_000 });
    await store.get('a', { offset: 0, length: 1 });
    expect(elapsedMs()).toBe(3_500);
  });

  it('has no memory of idle time: a pause does not buy a burst', async () => {
    let nowMs = 0;
    const pauses: number[] = [];
    const timer = { nowMs: () => nowMs, pauseMs: async (milliseconds: number) => void pauses.push(milliseconds) };
    const store = new RateLimitedStore(new MemoryObjectStore(), { upBytesPerSecond: 1000 }, timer);
    await store.put('a', seed('a', 1000));
    nowMs = 60_000;
    await store.put('b', seed('b', 1000));
    await store.put('c', seed('c', 1000));
    expect(pauses).toEqual([1000]);
  });
});
