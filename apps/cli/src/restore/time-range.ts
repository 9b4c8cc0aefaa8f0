import type { TimeRange } from '@coffer/backup-engine';

import { UsageError } from '../output/usage-error';

/** What `--since` and `--until` say, as they were typed. */
export interface TimeOptions {
  readonly since?: string;
  readonly until?: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?$/;

/**
 * The range that the options name. A day is its midnight on the clocks of this device, and so is an instant without an offset; `--until`
 * itself is left out.
 *
 * @returns undefined where they say nothing
 * @throws UsageError
 */
export function timeRangeOf({ since, until }: TimeOptions): TimeRange | undefined {
  if (since === undefined && until === undefined) return undefined;
  const range = {
    sinceMs: since === undefined ? undefined : instantOf('--since', since),
    untilMs: until === undefined ? undefined : instantOf('--until', until),
  };
  if (range.sinceMs === undefined || range.untilMs === undefined || range.sinceMs < range.untilMs) return range;
  throw new UsageError('--since must come before --until. Nothing was written.');
}

function instantOf(option: string, text: string): number {
  // A day alone would be midnight in Greenwich to `Date`.
  const atMs = day.test(text) ? Date.parse(`${text}T00:00`) : instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(atMs) && isDay(text.slice(0, 10))) return atMs;
  throw new UsageError(
    `${option} takes a day such as 2024-05-31, or an instant such as 2024-05-31T18:30. Nothing was written.`,
  );
}

/** `Date` makes 2 March of 31 February. */
function isDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}
