import { isMonthAndDay, type LineHeader } from './line-header';

const [slash, dot, comma, blank, colon, dash] = [0x2f, 0x2e, 0x2c, 0x20, 0x3a, 0x2d] as const;

/** How dates look, by the sign between their numbers and the digits of the year. */
const shapes = { [slash]: { 2: '/2', 4: '/4' }, [dot]: { 2: '.2', 4: '.4' } } as const;

/**
 * `31/12/2020, 23:59 - ` and `31.12.20, 23:59 - `, which is what most phones write: the header that the expression of `readHeader`
 * finds there, in a fraction of its time. Undefined for whatever else there is, header or not.
 */
export function readPlainHeader(text: string, at: number): LineHeader | undefined {
  const a = numberAt(text, at, 2);
  const signAt = at + a.digits;
  const sign = text.charCodeAt(signAt);
  if (a.digits === 0 || (sign !== slash && sign !== dot)) return undefined;
  const b = numberAt(text, signAt + 1, 2);
  const secondSignAt = signAt + 1 + b.digits;
  if (b.digits === 0 || text.charCodeAt(secondSignAt) !== sign) return undefined;
  const year = numberAt(text, secondSignAt + 1, 4);
  if (year.digits !== 2 && year.digits !== 4) return undefined;
  const yearEnd = secondSignAt + 1 + year.digits;
  const blankAt = text.charCodeAt(yearEnd) === comma ? yearEnd + 1 : yearEnd;
  if (text.charCodeAt(blankAt) !== blank) return undefined;
  const hour = numberAt(text, blankAt + 1, 2);
  const colonAt = blankAt + 1 + hour.digits;
  const minute = numberAt(text, colonAt + 1, 2);
  if (hour.digits === 0 || text.charCodeAt(colonAt) !== colon || minute.digits !== 2) return undefined;
  const end = colonAt + 3;
  const isEnded =
    text.charCodeAt(end) === blank && text.charCodeAt(end + 1) === dash && text.charCodeAt(end + 2) === blank;
  if (!isEnded || hour.value > 23 || minute.value > 59) return undefined;
  if (!isMonthAndDay(a.value, b.value) && !isMonthAndDay(b.value, a.value)) return undefined;
  return {
    date: [a.value, b.value, year.value],
    shape: shapes[sign][year.digits],
    isBracketed: false,
    hour: hour.value,
    minute: minute.value,
    bodyAt: end + 3,
  };
}

/** The number of at most so many digits of ASCII that stands there. */
function numberAt(text: string, at: number, most: number): { readonly value: number; readonly digits: number } {
  let value = 0;
  let digits = 0;
  for (; digits < most; digits++) {
    const digit = text.charCodeAt(at + digits) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  return { value, digits };
}
