import type { WebUiTextKey } from '../text/english';
import type { Translate } from '../text/translate';

/** How long for people, in the one unit that matters, never too short: `40 seconds`, `5 minutes`, `4 hours`, `2 days`. */
export function formatDuration(seconds: number, text: Translate<WebUiTextKey>): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 90) return text('ui.seconds', { count: whole });
  if (whole < 90 * 60) return text('ui.minutes', { count: Math.ceil(whole / 60) });
  if (whole < 36 * 3600) return text('ui.hours', { count: Math.ceil(whole / 3600) });
  return text('ui.days', { count: Math.ceil(whole / 86_400) });
}

/** `3:07` or `1:02:03`, for calls and recordings. */
export function formatLength(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : parts.join(':').replace(/^0/, '');
}
