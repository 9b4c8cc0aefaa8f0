/** Above it two classes of durations are told apart; the bound that dudect uses (Reparaz, Balasch, Verbauwhede 2017). */
export const tellingBound = 4.5;

/** Shares of the pooled durations that are kept: the slow tail of a busy machine hides a difference, or fakes one. */
const kept = [1, 0.95, 0.9, 0.75, 0.5] as const;

/** Welch's t of two samples of unequal variance. @throws RangeError below two values in either */
export function welchT(first: readonly number[], second: readonly number[]): number {
  if (first.length < 2 || second.length < 2) throw new RangeError('at least two values of each class');
  const [a, b] = [moments(first), moments(second)];
  return (a.mean - b.mean) / Math.sqrt(a.variance / first.length + b.variance / second.length);
}

/** The largest |t| over all shares of the pooled samples. */
export function largestT(first: readonly number[], second: readonly number[]): number {
  const pooled = [...first, ...second].sort((left, right) => left - right);
  return Math.max(
    ...kept.map((share) => {
      const limit = pooled[Math.ceil(pooled.length * share) - 1]!;
      const within = (values: readonly number[]): number[] => values.filter((value) => value <= limit);
      return Math.abs(welchT(within(first), within(second)));
    }),
  );
}

function moments(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
