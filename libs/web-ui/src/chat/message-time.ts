import type { Message } from '@coffer/chat-model';
import { dayNumber, formatDay, formatTime, wallClockMs } from '../format/dates';
import type { WebUiTextKey } from '../text/english';
import type { Translate } from '../text/translate';

/** The instant at which a message is shown: its own, or the wall clock of the source; null where neither is there. */
export function shownMs(message: Message): number | null {
  if (message.timeMs !== null) return message.timeMs;
  const local = message.localTime === undefined ? Number.NaN : wallClockMs(message.localTime);
  return Number.isNaN(local) ? null : local;
}

/** `10:04`, or a word where the source has no time. */
export function timeText(message: Message, text: Translate<WebUiTextKey>): string {
  const atMs = shownMs(message);
  return atMs === null ? text('ui.no-time') : formatTime(atMs, text.locale);
}

/** Whether a day begins with `message`. Where the message before is not read yet there is no separator yet. */
export function startsDay(message: Message, before: Message | undefined, isFirst: boolean): boolean {
  const atMs = shownMs(message);
  if (atMs === null) return false;
  if (isFirst) return true;
  if (before === undefined) return false;
  const beforeMs = shownMs(before);
  return beforeMs === null || dayNumber(beforeMs) !== dayNumber(atMs);
}

/** `Today`, `Yesterday`, or the date. */
export function dayText(atMs: number, nowMs: number, text: Translate<WebUiTextKey>): string {
  const days = dayNumber(nowMs) - dayNumber(atMs);
  if (days === 0) return text('ui.today');
  if (days === 1) return text('ui.yesterday');
  return formatDay(atMs, text.locale);
}
