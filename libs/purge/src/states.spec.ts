import { describe, expect, it } from 'vitest';

import { backOffMs, isPassing } from './back-off';
import { checkConservation, countBuckets } from './conservation';
import { ConnectorError, PurgeError } from './errors';
import type { FoundObject } from './found-object';
import { defaultPurgeSettings } from './settings';
import { bucketOf, canMove, purgeStates, type PurgeState } from './states';
import { discoveredObject, move } from './transition';

const found = (path: string): FoundObject => ({
  ...{ provider: 'cloud', location: 'sam', providerObjectId: path, copyId: '', version: '1', kind: 'current' },
  ...{ path, name: path, sizeBytes: 5, modifiedMs: 7, etag: null },
  verdict: 'plaintext-backup',
});

describe('canMove', () => {
  it('lets every state be reached, and none but the kept ones be an end', () => {
    const reached = new Set<PurgeState>(['discovered']);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const from of [...reached]) for (const to of purgeStates) if (canMove(from, to)) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...purgeStates].sort());
  });

  it('leads to deleting from nowhere but grace', () => {
    expect(purgeStates.filter((from) => from !== 'deleting' && canMove(from, 'deleting'))).toEqual(['grace']);
  });

  it('leads to purged from nowhere but verifying-absence', () => {
    expect(purgeStates.filter((from) => from !== 'purged' && canMove(from, 'purged'))).toEqual(['verifying-absence']);
  });

  it('never takes up what is gone but as reappeared', () => {
    for (const gone of ['purged', 'verifying-absence'] as const) {
      const next = purgeStates.filter((to) => to !== gone && canMove(gone, to));
      expect(next).toEqual(gone === 'purged' ? ['reappeared'] : ['purged', 'reappeared']);
    }
  });
});

describe('move', () => {
  it('refuses what may not follow', () => {
    expect(() => move(discoveredObject('o', found('a')), 'deleting', null)).toThrow(PurgeError);
    expect(() => move(discoveredObject('o', found('a')), 'purged', null)).toThrow('discovered to purged');
  });
});

describe('checkConservation', () => {
  it('counts every state in exactly one bucket', () => {
    const objects = purgeStates.map((state) => ({ state, found: found(state) }));
    expect(checkConservation(objects)).toEqual({ waiting: 11, kept: 3, failed: 1, done: 1 });
    expect(countBuckets([])).toEqual({ waiting: 0, kept: 0, failed: 0, done: 0 });
    expect(new Set(purgeStates.map(bucketOf))).toEqual(new Set(['waiting', 'kept', 'failed', 'done']));
  });

  it('fails with conservation-broken when a copy has two rows', () => {
    const objects = [
      { state: 'purged', found: found('a') },
      { state: 'grace', found: found('a') },
    ] as const;
    expect(() => checkConservation(objects)).toThrow(expect.objectContaining({ code: 'conservation-broken' }));
  });
});

describe('backOffMs', () => {
  const wait = (attempts: number, error?: unknown, random = 1): number =>
    backOffMs(attempts, error, defaultPurgeSettings, () => random);

  it('doubles up to its limit, jittered by half', () => {
    expect([1, 2, 3, 40].map((attempts) => wait(attempts))).toEqual([30_000, 60_000, 120_000, 21_600_000]);
    expect(wait(1, undefined, 0)).toBe(15_000);
  });

  it('is never shorter than the provider asked for', () => {
    expect(wait(1, new ConnectorError('throttled', 'slow down', { retryAfterMs: 90_000 }))).toBe(90_000);
  });
});

describe('isPassing', () => {
  it('tells what waiting mends', () => {
    expect(isPassing(new ConnectorError('unreachable', ''))).toBe(true);
    expect(isPassing(new ConnectorError('throttled', ''))).toBe(true);
    expect(isPassing(new ConnectorError('access-denied', ''))).toBe(false);
    expect(isPassing(new TypeError('a fault'))).toBe(false);
  });
});
