import type { QuietHours as QuietHoursText } from '@coffer/contracts';
import type { QuietHours } from '@coffer/notices';

/** `22:30` as minutes after midnight. */
function toMinute(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function fromMinute(minute: number): string {
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Quiet hours as the wire writes them. */
export function fromQuietHours(hours: QuietHours): QuietHoursText {
  return { from: fromMinute(hours.fromMinute), to: fromMinute(hours.toMinute), timeZone: hours.timeZone };
}

/** Quiet hours as libs/notices computes with them. */
export function toQuietHours({ from, to, timeZone }: QuietHoursText): QuietHours {
  return { fromMinute: toMinute(from), toMinute: toMinute(to), timeZone };
}
