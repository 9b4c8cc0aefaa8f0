import { describe, expect, it } from 'vitest';
import { canBeChecked, nextCheckAtMs } from './index';

const dayMs = 86_400_000;
const days = (count: number, provenAtMs: number, askEach: (atMs: number) => number): number[] => {
  const asked: number[] = [];
  let next = nextCheckAtMs(provenAtMs);
  while (asked.length < count) {
    asked.push((next - provenAtMs) / dayMs);
    next = nextCheckAtMs(provenAtMs, askEach(next));
  }
  return asked;
};

describe('nextCheckAtMs', () => {
  it('asks 1, 7, 30 and 90 days after a keyslot was proven, then every 180 days', () => {
    expect(days(7, 1_000, (atMs) => atMs)).toEqual([1, 7, 30, 90, 270, 450, 630]);
  });

  it('keeps the days where it is asked a little late', () => {
    expect(days(6, 1_000, (atMs) => atMs + 5 * 3_600_000)).toEqual([1, 7, 30, 90, 270, 450]);
  });

  it('makes up for nothing where no worker ran for a year', () => {
    expect((nextCheckAtMs(0, 365 * dayMs) - 0) / dayMs).toBe(450);
    expect(nextCheckAtMs(0, 450 * dayMs - 1) / dayMs).toBe(450);
    expect(nextCheckAtMs(0, 450 * dayMs) / dayMs).toBe(630);
  });
});

describe('canBeChecked', () => {
  it('never asks for a password while fewer than six guesses remain, and does not let that keep a key of digits from its check', () => {
    expect([6, 5, 0].map((left) => canBeChecked(['password'], left))).toEqual([true, false, false]);
    expect([6, 5, 0].map((left) => canBeChecked(['password', 'digits'], left))).toEqual([true, true, true]);
    expect(canBeChecked([], 10)).toBe(false);
  });
});
