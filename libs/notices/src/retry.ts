const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Waits after the first, second … failed try of a message; the last one repeats. */
const waitsMs = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 4 * hourMs, 8 * hourMs] as const;

/** A notice that could not be delivered for so long is given up: the in-app feed has it. */
export const longestDeliveryMs = 72 * hourMs;

/**
 * How long a message waits after a failed try: with a fifth of chance on top, so that what failed together does not come back
 * together, and never less than the other side asked for.
 *
 * @param attempt - number of the try that failed, from 1
 * @param chance - 0 to 1
 * @param atLeastMs - what the other side asked for (`Retry-After`); at most a day of it is heard
 * @param firstMs - wait after the first failed try; the others keep their proportion to it
 */
export function retryAfterMs(attempt: number, chance: number, atLeastMs = 0, firstMs: number = minuteMs): number {
  const wait = waitsMs[Math.min(attempt, waitsMs.length) - 1] ?? minuteMs;
  const scaled = (wait / minuteMs) * firstMs;
  return Math.round(Math.max(scaled * (1 + chance / 5), Math.min(atLeastMs, 24 * hourMs)));
}
