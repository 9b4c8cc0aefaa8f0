import type { LineHeader } from './line-header';

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** Which order the dates of a file have. */
export interface DateOrders {
  /** `YYYY-MM-DDTHH:MM[:SS]` for a header. */
  localTime(header: LineHeader): string;
  /** True where nothing in the file tells day from month for certain. */
  readonly isAssumed: boolean;
}

interface Votes {
  dayFirst: number;
  monthFirst: number;
  /** Steps back in time that each order would mean between neighbouring dates of this shape. */
  backSteps: { dmy: number; mdy: number };
  last: { dmy: number; mdy: number } | undefined;
  isYearFirst: boolean;
  isTwelveHours: boolean;
}

/**
 * Finds the order of day, month and year from all headers of a file. Dates that look alike have one order: a number above
 * 12 is a day; where there is none, the order under which time runs backwards less often is taken. One file can hold dates
 * of several looks.
 */
export function inferDateOrders(headers: Iterable<LineHeader>): DateOrders {
  const shapes = new Map<string, Votes>();
  for (const header of headers) count(votesOf(shapes, header), header);
  const orders = new Map([...shapes].map(([shape, votes]) => [shape, decide(votes)]));
  return {
    localTime: (header) => format(header, orders.get(header.shape)?.order ?? 'dmy'),
    isAssumed: [...orders.values()].some(({ isAssumed }) => isAssumed),
  };
}

function votesOf(shapes: Map<string, Votes>, { shape }: LineHeader): Votes {
  const known = shapes.get(shape);
  if (known !== undefined) return known;
  const votes: Votes = {
    dayFirst: 0,
    monthFirst: 0,
    backSteps: { dmy: 0, mdy: 0 },
    last: undefined,
    isYearFirst: shape.includes('year-first'),
    isTwelveHours: shape.endsWith('half'),
  };
  shapes.set(shape, votes);
  return votes;
}

function count(votes: Votes, { date: [a, b, c] }: LineHeader): void {
  if (votes.isYearFirst) return;
  if (a > 12) votes.dayFirst++;
  if (b > 12) votes.monthFirst++;
  const now = { dmy: (c * 16 + b) * 32 + a, mdy: (c * 16 + a) * 32 + b };
  if (votes.last !== undefined) {
    if (now.dmy < votes.last.dmy) votes.backSteps.dmy++;
    if (now.mdy < votes.last.mdy) votes.backSteps.mdy++;
  }
  votes.last = now;
}

/** How many times as often time must run backwards under the other order. */
const clearly = 3;

function decide(votes: Votes): { readonly order: DateOrder; readonly isAssumed: boolean } {
  const { dayFirst, monthFirst, backSteps, isYearFirst, isTwelveHours } = votes;
  if (isYearFirst) return { order: 'ymd', isAssumed: false };
  // where some dates can only be one and some only the other, those that can be both are a guess
  if (dayFirst !== monthFirst) {
    return { order: dayFirst > monthFirst ? 'dmy' : 'mdy', isAssumed: Math.min(dayFirst, monthFirst) > 0 };
  }
  if (backSteps.dmy !== backSteps.mdy) {
    const [fewer, more] = [backSteps.dmy, backSteps.mdy].sort((left, right) => left - right);
    return { order: backSteps.dmy < backSteps.mdy ? 'dmy' : 'mdy', isAssumed: fewer! * clearly > more! };
  }
  // month first is written in a few countries, nearly all of which have the 12-hour clock
  return { order: isTwelveHours ? 'mdy' : 'dmy', isAssumed: true };
}

function format(header: LineHeader, order: DateOrder): string {
  const { date, hour, minute, second } = header;
  const [a, b, c] = date;
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  const time = `${two(hour)}:${two(minute)}${second === undefined ? '' : `:${two(second)}`}`;
  // a date that cannot be read in the file's order is read in the other one
  const [realMonth, realDay] = month > 12 ? [day, month] : [month, day];
  return `${String(fullYear(year)).padStart(4, '0')}-${two(realMonth)}-${two(realDay)}T${time}`;
}

/** A year of two digits is one of this century; one far ahead counts from the Buddha, as phones in Thailand do. */
function fullYear(year: number): number {
  if (year < 100) return 2000 + year;
  return year > 2400 ? year - 543 : year;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
