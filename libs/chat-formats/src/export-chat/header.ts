/** The date and time at the start of a line, before anybody knows which number is the day. */
export interface LineHeader {
  /** The three numbers of the date as they stand. */
  readonly date: readonly [number, number, number];
  /** What the date looks like apart from its numbers; dates that look alike have the same order. */
  readonly shape: string;
  /** True for `[DATE, TIME]`, the form of iPhones. */
  readonly isBracketed: boolean;
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
  readonly second?: number;
  /** Where the rest of the line begins: author and text, or a system line. */
  readonly bodyAt: number;
}

/** Before noon or after it, as the languages of the app write it. */
const forenoon = /^(?:a\.?\s?m\.?|上午|午前|오전)$/iu;
const afternoon = /^(?:p\.?\s?m\.?|下午|午後|오후)$/iu;
const dayHalf = '[ap]\\.?\\s?m\\.?|上午|下午|午前|午後|오전|오후';

/**
 * `[DATE, TIME] ` (iOS) and `DATE, TIME - ` (Android). `\s` covers U+00A0 and U+202F, which stand before AM and PM; U+200E
 * and U+200F may come first.
 */
const headerPattern = new RegExp(
  '[\\u200e\\u200f\\ufeff]*(\\[)?' +
    '(\\d{1,4})(\\.\\s|[./-])(\\d{1,2})(?:\\.\\s|[./-])(\\d{1,4})\\.?' +
    `,?\\s+(?:klo\\s+|(${dayHalf})\\s*)?` +
    `(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2}))?(?:\\s*(${dayHalf}))?` +
    '(\\]\\s?|\\s[-–]\\s)',
  'iuy',
);

/** Characters with which a line that starts a message can begin. */
function canStart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 0x5b || code === 0x200e || code === 0x200f || code === 0xfeff;
}

/** Reads the header of the line that starts at `at`; undefined where the line continues the message before it. */
export function readHeader(text: string, at: number): LineHeader | undefined {
  if (!canStart(text.charCodeAt(at))) return undefined;
  headerPattern.lastIndex = at;
  const match = headerPattern.exec(text);
  if (match === null) return undefined;
  const [whole, bracket, a, separator, b, c, halfBefore, hours, minutes, seconds, halfAfter, end] = match;
  if ((bracket === undefined) === end!.startsWith(']')) return undefined;
  const half = halfBefore ?? halfAfter;
  const hour = hourOfDay(Number(hours), half);
  const minute = Number(minutes);
  const second = seconds === undefined ? undefined : Number(seconds);
  if (hour === undefined || minute > 59 || (second ?? 0) > 59) return undefined;
  const date = [Number(a), Number(b), Number(c)] as const;
  if (!isPlausible(date, a!.length, c!.length)) return undefined;
  return {
    date,
    shape: `${bracket ?? ''}${separator!.trim()}${a!.length > 2 ? 'year-first' : ''}${c!.length}${half === undefined ? '' : 'half'}`,
    isBracketed: bracket !== undefined,
    hour,
    minute,
    ...(second === undefined ? {} : { second }),
    bodyAt: at + whole.length,
  };
}

function hourOfDay(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour > 12) return undefined;
  if (forenoon.test(half)) return hour % 12;
  return afternoon.test(half) ? (hour % 12) + 12 : undefined;
}

/** A year of two or four digits at one end, and day and month in some order. */
function isPlausible([a, b, c]: readonly [number, number, number], firstDigits: number, lastDigits: number): boolean {
  if (firstDigits === 4) return lastDigits <= 2 && isMonthAndDay(b, c);
  return firstDigits <= 2 && (lastDigits === 2 || lastDigits === 4) && (isMonthAndDay(a, b) || isMonthAndDay(b, a));
}

const isMonthAndDay = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;
