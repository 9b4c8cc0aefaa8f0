import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { anchorProblem, clockProblem, keysProblem } from './vital-problems';

describe('clockProblem', () => {
  it.each([0, 30_000, -30_000])('allows %i ms', (aheadMs) => {
    expect(clockProblem({ aheadMs })).toBeUndefined();
  });
  it.each([
    [30_001, '30 s ahead of'],
    [-90_000, '90 s behind'],
  ])('says of %i ms which way it is', (aheadMs, said) => {
    expect(clockProblem({ aheadMs })).toContain(said);
  });
});

describe('keysProblem', () => {
  const own = seed('own', 16);
  it.each([
    [own, undefined],
    [seed('other', 16), 'another vault'],
    [null, 'no vault'],
  ])('compares the id of the vault (%#)', (vaultId, said) => {
    const problem = keysProblem({ vaultId }, own);
    if (said === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(said);
  });
});

describe('anchorProblem', () => {
  it.each([
    [null, 'nothing yet'],
    [1_000, 'nothing for 20 s'],
    [11_000, undefined],
  ])('says since when the anchors are silent (%#)', (anchoredAtMs, said) => {
    const problem = anchorProblem({ nowMs: 21_000, anchoredAtMs });
    if (said === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(said);
  });
});
