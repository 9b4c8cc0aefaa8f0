/** `23 November 2026`, in the reader's time zone. */
export function formatDay(instantMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(instantMs);
}

/** `23 Nov 2026, 10:04`, in the reader's time zone. */
export function formatInstant(instantMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(instantMs);
}

/** `10:04`, in the reader's time zone. */
export function formatTime(instantMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(instantMs);
}

/** For a list: the time today, the weekday within six days, else the date. `nowMs` is the reader's present. */
export function formatRecent(instantMs: number, nowMs: number, locale: string): string {
  const days = dayNumber(nowMs) - dayNumber(instantMs);
  if (days === 0) return formatTime(instantMs, locale);
  const options: Intl.DateTimeFormatOptions =
    days > 0 && days < 7 ? { weekday: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, options).format(instantMs);
}

/** Number of a calendar day in the reader's time zone; equal for two instants of the same day, one more a day later. */
export function dayNumber(instantMs: number): number {
  const date = new Date(instantMs);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** Milliseconds that make the wall clock of `localTime` (`YYYY-MM-DDTHH:MM[:SS]`) show in the reader's time zone. */
export function wallClockMs(localTime: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(localTime);
  if (match === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part || 0));
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}
