/** How fast something goes on, and how long it still takes. */
export interface TransferRate {
  /** Bytes per second over the last seconds; null until it is known. */
  readonly bytesPerSecond: number | null;
  /** Null where the end or the speed is unknown. */
  readonly secondsLeft: number | null;
}

/** Estimates rate and end of a transfer from what was seen in the last `windowMs`. */
export interface TransferEstimator {
  /** @param nowMs - instant of the observation */
  observe(doneBytes: number, totalBytes: number | null, nowMs: number): TransferRate;
}

/** @param windowMs - how far back the estimate looks; 5 seconds unless told */
export function createTransferEstimator(windowMs = 5000): TransferEstimator {
  let seen: { atMs: number; doneBytes: number }[] = [];
  return {
    observe(doneBytes, totalBytes, nowMs) {
      const latest = seen.at(-1);
      if (latest !== undefined && doneBytes < latest.doneBytes) seen = [];
      seen.push({ atMs: nowMs, doneBytes });
      seen = seen.filter(({ atMs }, index) => nowMs - atMs <= windowMs || index === seen.length - 1);
      const first = seen[0]!;
      const elapsedMs = nowMs - first.atMs;
      if (elapsedMs < 500) return { bytesPerSecond: null, secondsLeft: null };
      const bytesPerSecond = ((doneBytes - first.doneBytes) * 1000) / elapsedMs;
      const secondsLeft =
        totalBytes === null || bytesPerSecond <= 0 ? null : Math.max(0, totalBytes - doneBytes) / bytesPerSecond;
      return { bytesPerSecond, secondsLeft };
    },
  };
}
