import { dayHalves, isKoreanHalf } from './day-halves';
import { isMonthAndDay, type LineHeader } from './line-header';
import { readPlainHeader } from './plain-header';

/** Marks of direction: phones put them before a line, and Arabic ones within a date. */
const marks = '[\\u200e\\u200f]*';
const blank = '[^\\S\\n]';

/**
 * `[DATE, TIME] ` (iOS) and `DATE, TIME - ` (Android). A blank may be U+00A0 and U+202F, which stand before AM and PM, and never a
 * line's end; U+200E and U+200F may come first. Words that stand there in some languages: klo (Finnish), г. and ч. (Bulgarian).
 */
const headerPattern = new RegExp(
  '[\\u200e\\u200f\\ufeff]*(\\[)?' +
    `(\\d{1,4})${marks}(\\.${blank}|[./-])${marks}(\\d{1,2})${marks}(?:\\.${blank}|[./-])${marks}(\\d{1,4})\\.?(?:${blank}?г\\.)?` +
    `${marks}[,،]?${blank}+(?:(?=\\D)(?:klo${blank}+|(${dayHalves.pattern})${blank}*))?` +
    `(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2}))?(?:${blank}?ч\\.)?(?:${blank}*(${dayHalves.pattern}))?` +
    `${marks}(\\]${blank}?|${blank}[-–]${blank})`,
  'iuy',
);

/** Longest header that is looked for where its digits are not those of ASCII, in UTF-16 units. */
const longestHeader = 80;
const otherDigits = /\p{Nd}/gu;
/** The zeros of the digits that phones write in Arabic, Persian, Devanagari, Bengali, Burmese and other languages. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0x1040] as const;

/** Characters with which a line that starts a message can begin. */
function canStart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 0x5b || code === 0x200e || code === 0x200f || code === 0xfeff;
}

const isOtherDigit = (code: number): boolean => code >= 0x660 && zeros.some((zero) => code >= zero && code < zero + 10);

/** The start of a line with its digits as those of ASCII; as long as before. */
function withAsciiDigits(text: string, at: number): string {
  return text.slice(at, at + longestHeader).replace(otherDigits, (digit) => {
    const code = digit.charCodeAt(0);
    const zero = zeros.find((each) => code >= each && code < each + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}

/** Reads the header of the line that starts at `at`; undefined where the line continues the message before it. */
export function readHeader(text: string, at: number): LineHeader | undefined {
  const code = text.charCodeAt(at);
  if (!canStart(code)) return isOtherDigit(code) ? readOtherDigits(text, at) : undefined;
  const plain = readPlainHeader(text, at);
  if (plain !== undefined) return plain;
  headerPattern.lastIndex = at;
  const match = headerPattern.exec(text);
  // behind a bracket or a mark other digits can stand
  if (match === null) return code > 57 ? readOtherDigits(text, at) : undefined;
  return headerOf(match, at);
}

function readOtherDigits(text: string, at: number): LineHeader | undefined {
  const line = withAsciiDigits(text, at);
  if (!/\d/.test(line.slice(0, 4))) return undefined;
  headerPattern.lastIndex = 0;
  const match = headerPattern.exec(line);
  return match === null ? undefined : headerOf(match, at);
}

/** @param at - where the match begins in the text */
function headerOf(match: RegExpExecArray, at: number): LineHeader | undefined {
  const [whole, bracket, a, separator, b, c, halfBefore, hours, minutes, seconds, halfAfter, end] = match;
  if ((bracket === undefined) === end!.startsWith(']')) return undefined;
  const half = halfBefore ?? halfAfter;
  const hour = dayHalves.hourOfDay(Number(hours), half);
  const minute = Number(minutes);
  const second = seconds === undefined ? undefined : Number(seconds);
  if (hour === undefined || minute > 59 || (second ?? 0) > 59) return undefined;
  const date = [Number(a), Number(b), Number(c)] as const;
  const isYearFirst = a!.length > 2 || (isKoreanHalf(half) && c!.length < 3);
  if (!isPlausible(date, isYearFirst ? 4 : a!.length, c!.length)) return undefined;
  return {
    date,
    shape: `${bracket ?? ''}${separator!.trim()}${isYearFirst ? 'year-first' : ''}${c!.length}${half === undefined ? '' : 'half'}`,
    isBracketed: bracket !== undefined,
    hour,
    minute,
    ...(second === undefined ? {} : { second }),
    bodyAt: at + whole.length,
  };
}

/** A year of two or four digits at one end, and day and month in some order. */
function isPlausible([a, b, c]: readonly [number, number, number], firstDigits: number, lastDigits: number): boolean {
  if (firstDigits === 4) return lastDigits <= 2 && isMonthAndDay(b, c);
  return firstDigits <= 2 && (lastDigits === 2 || lastDigits === 4) && (isMonthAndDay(a, b) || isMonthAndDay(b, a));
}
