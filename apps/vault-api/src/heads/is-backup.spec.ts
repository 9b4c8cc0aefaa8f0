import type { Head } from '@coffer/evidence';
import { describe, expect, it } from 'vitest';

import { isBackup } from './is-backup';

const head = (snapshotId: string, pruneGeneration: number): Head => ({
  ...{ v: 1, repositoryId: new Uint8Array(16), keyId: new Uint8Array(8), keyringVersion: 1, epoch: 1 },
  ...{ generation: 1, previous: null, snapshotSha256: new Uint8Array(32), snapshotId, pruneGeneration },
});

describe('isBackup', () => {
  it.each<[string, Head | null, Head, boolean]>([
    ['the first head', null, head('a', 0), true],
    ['another snapshot', head('a', 3), head('b', 3), true],
    ['a list of prune beside the same snapshot', head('a', 3), head('a', 4), false],
    ['the same items packed anew by prune', head('a', 0), head('b', 1), false],
    ['nothing new at all', head('a', 3), head('a', 3), false],
  ])('is asked of %s', (_what, former, next, expected) => {
    expect(isBackup(former, next)).toBe(expected);
  });
});
