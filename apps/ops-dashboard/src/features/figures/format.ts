import { formatBytes as formatSize } from '@coffer/web-ui';

const locale = 'en';
const numbers = new Intl.NumberFormat(locale);
const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
const instants = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** `1,234`. */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** `17.8 MB`. */
export function formatBytes(bytes: number): string {
  return formatSize(bytes, locale);
}

/** `0.25%` of a ratio from 0 to 1. */
export function formatRatio(ratio: number): string {
  return percents.format(ratio);
}

/** `12.3 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds >= 100 ? Math.round(milliseconds) : Math.round(milliseconds * 10) / 10} ms`;
}

/** `Nov 23, 2026, 10:04:00 AM UTC`: staff in several places speak of the same clock. */
export function formatUtc(instant: string): string {
  return `${instants.format(Date.parse(instant))} UTC`;
}

const steps = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3_600, unit: 'h' },
  { seconds: 60, unit: 'min' },
] as const;

/** `3 d 4 h`, `12 min 5 s`, `7 s`, `0.4 s`: the two units that matter. */
export function formatSpan(seconds: number): string {
  if (seconds > 0 && seconds < 9.95 && !Number.isInteger(seconds)) return `${Math.round(seconds * 10) / 10} s`;
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const { seconds: length, unit } of steps) {
    const whole = Math.floor(left / length);
    left -= whole * length;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  if (left > 0 || parts.length === 0) parts.push(`${left} s`);
  return parts.slice(0, 2).join(' ');
}

/** A kebab-case word of the vault for people: `waiting-for-backup` becomes `waiting for backup`. */
export function formatWord(word: string): string {
  return word.replaceAll('-', ' ');
}
