import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { largestT, tellingBound, welchT } from './welch';

/** Values around `mean` with a long tail, as durations have. */
function durations(name: string, count: number, mean: number): number[] {
  const bytes = seed(name, count * 4);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: count }, (_, at) => mean - 0.3 * Math.log((view.getUint32(at * 4) + 1) / 2 ** 32));
}

describe('welchT', () => {
  it('is the figure of a computed example', () => {
    // Means 3 and 5, variances 2.5 and 10, five values each: -2 / sqrt(0.5 + 2).
    expect(welchT([1, 2, 3, 4, 5], [1, 3, 5, 7, 9])).toBeCloseTo(-1.2649, 4);
  });
});

describe('largestT', () => {
  it('does not tell two samples of one distribution apart', () => {
    expect(largestT(durations('a', 4_000, 1), durations('b', 4_000, 1))).toBeLessThan(tellingBound);
  });

  it('tells a shift by a tenth of the spread apart', () => {
    expect(largestT(durations('a', 4_000, 1), durations('b', 4_000, 1.03))).toBeGreaterThan(tellingBound);
  });

  it('sees a difference that a slow tail hides', () => {
    const slow = Array.from({ length: 40 }, (_, at) => 500 + (at % 7) * 100);
    const [first, second] = [durations('a', 4_000, 1), durations('b', 4_000, 1.03)];
    expect(Math.abs(welchT([...first, ...slow], [...second, ...slow]))).toBeLessThan(tellingBound);
    expect(largestT([...first, ...slow], [...second, ...slow])).toBeGreaterThan(tellingBound);
  });
});
