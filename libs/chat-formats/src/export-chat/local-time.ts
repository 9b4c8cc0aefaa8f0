import { ChatFormatError } from '../errors';

const dayMs = 86_400_000;

/**
 * Turns local times of one zone into instants. A time that a clock change skips is moved forward, one that comes twice is
 * the earlier one.
 *
 * @param timeZone - IANA name, e.g. `Europe/Berlin`
 * @throws ChatFormatError `invalid-time-zone`
 */
export function zoneReader(timeZone: string): (localTime: string) => number {
  const offsetMs = offsetReader(timeZone);
  const steady = new Map<number, number | undefined>();
  return (localTime) => {
    const asUtcMs = Date.parse(`${localTime}Z`);
    const day = Math.floor(asUtcMs / dayMs);
    if (!steady.has(day)) {
      const before = offsetMs((day - 1) * dayMs);
      steady.set(day, before === offsetMs((day + 2) * dayMs) ? before : undefined);
    }
    const offset = steady.get(day);
    if (offset !== undefined) return asUtcMs - offset;
    const candidates = [offsetMs(asUtcMs - dayMs), offsetMs(asUtcMs + dayMs)].map((guess) => asUtcMs - guess);
    const fitting = candidates.filter((instantMs) => instantMs + offsetMs(instantMs) === asUtcMs);
    return fitting.length > 0 ? Math.min(...fitting) : Math.max(...candidates);
  };
}

/** How far local time is ahead of UTC at an instant. */
function offsetReader(timeZone: string): (instantMs: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new ChatFormatError('invalid-time-zone', 'no such time zone; expected a name such as Europe/Berlin', {
      cause,
    });
  }
  return (instantMs) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instantMs)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - instantMs;
  };
}
