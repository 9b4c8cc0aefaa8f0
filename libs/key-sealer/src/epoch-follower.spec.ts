import { describe, expect, it, vi } from 'vitest';
import { EpochFollower } from './epoch-follower';

const known = { rootId: new Uint8Array(8), epochs: [] };

describe('EpochFollower', () => {
  it('hands on what the database names, and tells the first failure of a row and its end', async () => {
    const followed: number[] = [];
    const told: unknown[] = [];
    let asked = 0;
    const follower = new EpochFollower({
      sealer: { follow: async (_known, askedAtMs) => void followed.push(askedAtMs) },
      known: async () => {
        asked += 1;
        if (asked === 2 || asked === 3) throw new Error(`no answer ${asked}`);
        return known;
      },
      everyMs: 5,
      onFailure: (error) => told.push(error instanceof Error ? error.message : 'over'),
    });
    const before = performance.now();
    follower.start();
    await vi.waitUntil(() => followed.length >= 2, { timeout: 30_000 });
    await follower.stop();
    const [atStop, first] = [asked, followed[0]!];
    expect(told).toEqual(['no answer 2', 'over']);
    expect(first).toBeGreaterThanOrEqual(before);
    expect(followed.toSorted((left, right) => left - right)).toEqual(followed);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toBe(atStop);
  });
});
