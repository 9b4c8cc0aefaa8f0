/** Hexadecimal digits of a 64-digit key. */
export const digitCount = 64;

/** What a field for the 64-digit key shows, and where its caret stands. */
export interface DigitsEdit {
  /** The digits in groups of four, one blank between; illegal characters are gone. */
  readonly text: string;
  readonly caret: number;
}

/** The hexadecimal digits of a text, lower case; everything else is left out. */
export function onlyDigits(text: string): string {
  return text.toLowerCase().replace(/[^0-9a-f]/g, '');
}

/** Digits in groups of four, one blank between. */
export function groupDigits(digits: string): string {
  return (digits.match(/.{1,4}/g) ?? []).join(' ');
}

/**
 * The state of the field after an edit: legal characters kept, grouped anew, the caret behind the digit it stood behind.
 *
 * @param text - what stands in the field, as edited
 * @param caret - where the caret stands in it
 */
export function normalizeDigits(text: string, caret: number): DigitsEdit {
  const before = onlyDigits(text.slice(0, caret)).length;
  const digits = onlyDigits(text);
  const grouped = groupDigits(digits);
  // At the end of a group the caret stays before the blank, but at the very end it follows what was typed.
  const position = before === 0 ? 0 : before + Math.floor((before - 1) / 4);
  return { text: grouped, caret: Math.min(position, grouped.length) };
}

const group = '[0-9a-f]{4}';
const between = '(?:[\\s-]*|\\s+[ghj-npqrstv-z]{2}\\s+)';
// Exactly 16 groups: where a 17th stands beside them nobody can know which of them do not belong.
const wholeKey = new RegExp(
  `(?<![0-9a-z])(?<!(?<![0-9a-z])${group}[\\s-]+)(?:${group}${between}){15}${group}(?![0-9a-z])(?![\\s-]+${group}(?![0-9a-z]))`,
  'i',
);

/**
 * What a paste means: where the pasted text holds one run of 64 digits (blanks, dashes and the check letters of an emergency
 * kit between them) inside other words, that run; else all its digits.
 */
export function digitsFromPaste(text: string): string {
  return onlyDigits(wholeKey.exec(text)?.[0] ?? text);
}
