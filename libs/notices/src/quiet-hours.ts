/** A daily time in which an account wants no e-mail and no push, but about its security. */
export interface QuietHours {
  /** Minutes after midnight, 0 to 1439, on the clocks of the time zone. The quiet begins there. */
  readonly fromMinute: number;
  /** The quiet ends there; another minute than `fromMinute`, and earlier where the quiet spans midnight. */
  readonly toMinute: number;
  /** Name of the IANA time zone database, as in `Europe/Berlin`. */
  readonly timeZone: string;
}

const minuteMs = 60_000;
const dayMinutes = 1_440;

/** Whether a text names a time zone that this process knows. Offsets such as `+02:00` are no zones: they know no summer. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]{1,32}(?:[/_+-][A-Za-z0-9]{1,32}){0,6}$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * When the quiet of an instant ends: the first minute afterwards whose local time is not quiet.
 *
 * @param nowMs - milliseconds since 1970
 * @returns milliseconds since 1970; null where the instant is not quiet
 */
export function quietUntilMs(hours: QuietHours, nowMs: number): number | null {
  const minuteAt = localMinutes(hours.timeZone);
  if (!isQuiet(hours, minuteAt(nowMs))) return null;
  const startMs = nowMs - (nowMs % minuteMs);
  const left = (hours.toMinute - minuteAt(startMs) + dayMinutes) % dayMinutes;
  const usualMs = startMs + left * minuteMs;
  // Only a change of the clocks in between, twice a year, makes it another minute.
  if (minuteAt(usualMs) === hours.toMinute) return usualMs;
  let endMs = startMs;
  while (isQuiet(hours, minuteAt(endMs))) endMs += minuteMs;
  return endMs;
}

function isQuiet({ fromMinute, toMinute }: QuietHours, minute: number): boolean {
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** Minutes after the local midnight, of instants in one time zone. */
function localMinutes(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0);
  };
}
