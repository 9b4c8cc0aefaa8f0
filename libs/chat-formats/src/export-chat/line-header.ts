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

/** Whether two headers say the same time. */
export const isSameTime = (left: LineHeader, right: LineHeader): boolean =>
  left.minute === right.minute &&
  left.hour === right.hour &&
  left.second === right.second &&
  left.date.every((number, index) => number === right.date[index]) &&
  left.shape === right.shape;

/** Whether two numbers of a date can be these. */
export const isMonthAndDay = (month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31;
