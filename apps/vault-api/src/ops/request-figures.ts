import type { OpsVault } from '@coffer/contracts';

/** One value of the histogram of requests, as prom-client gives it. */
export interface HistogramValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

/**
 * Rate, errors and latency of all requests since the process started, out of the histogram that /metrics shows.
 *
 * @param upSeconds - how long the process runs
 * @returns null before the first request
 */
export function requestFigures(values: readonly HistogramValue[], upSeconds: number): OpsVault['requests'] {
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count') === true);
  const total = sum(counts);
  if (total === 0) return null;
  const errors = sum(counts.filter(({ labels }) => String(labels['status']).startsWith('5')));
  const buckets = toBuckets(values);
  return {
    perSecond: total / Math.max(upSeconds, 1),
    errorRatio: errors / total,
    p50Ms: quantile(buckets, total, 0.5) * 1000,
    p95Ms: quantile(buckets, total, 0.95) * 1000,
    p99Ms: quantile(buckets, total, 0.99) * 1000,
  };
}

interface Bucket {
  readonly atMost: number;
  readonly count: number;
}

/** Cumulative counts by upper bound, over all labels, ascending. */
function toBuckets(values: readonly HistogramValue[]): readonly Bucket[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of values) {
    if (labels['le'] === undefined || labels['le'] === '+Inf') continue;
    const bound = Number(labels['le']);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].map(([atMost, count]) => ({ atMost, count })).sort((left, right) => left.atMost - right.atMost);
}

/** In seconds, interpolated inside its bucket as Prometheus does; beyond the last bound it is that bound. */
function quantile(buckets: readonly Bucket[], total: number, share: number): number {
  const rank = share * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at];
  if (bucket === undefined) return buckets.at(-1)?.atMost ?? 0;
  const below = buckets[at - 1] ?? { atMost: 0, count: 0 };
  const inside = bucket.count - below.count;
  return inside === 0 ? bucket.atMost : below.atMost + ((bucket.atMost - below.atMost) * (rank - below.count)) / inside;
}

function sum(values: readonly HistogramValue[]): number {
  return values.reduce((total, { value }) => total + value, 0);
}
