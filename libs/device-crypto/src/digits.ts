import { fromHex, toHex } from '@coffer/foundation';

import { DeviceCryptoError } from './errors';
import { requireBackupKey, type BackupKey } from './key-hierarchy';

/** Hexadecimal digits of a backup key. */
export const digitCount = 64;
/** Digits are shown in groups of four. */
export const digitsPerGroup = 4;

/** How far a typed 64-digit key has come; for a field that is still being filled in. Holds no digit. */
export interface DigitsProgress {
  /** Hexadecimal digits so far. */
  readonly digits: number;
  /** Where characters stand that are neither digit, blank nor dash, counted from 1 in the text as typed. */
  readonly illegalPositions: readonly number[];
  /** `too-long` is the only length error that shows before the end: what is too short may still be typed. */
  readonly state: 'incomplete' | 'complete' | 'too-long' | 'illegal';
}

/** The backup key as 64 lower-case hexadecimal digits in 16 groups of 4, one blank between. */
export function formatDigits(backupKey: BackupKey): string {
  return digitGroups(backupKey).join(' ');
}

/** The 16 groups of 4 digits. */
export function digitGroups(backupKey: BackupKey): readonly string[] {
  return toHex(requireBackupKey(backupKey)).match(/.{4}/g) ?? [];
}

/** Looks at a text while it is typed. Case, blanks, line ends and dashes do not count. */
export function inspectDigits(text: string): DigitsProgress {
  const { digits, illegalPositions } = scan(text);
  const count = digits.length;
  if (illegalPositions.length > 0) return { digits: count, illegalPositions, state: 'illegal' };
  const state = count === digitCount ? 'complete' : count < digitCount ? 'incomplete' : 'too-long';
  return { digits: count, illegalPositions, state };
}

/**
 * Reads a finished 64-digit key. Case, blanks, line ends and dashes do not count.
 *
 * @throws DeviceCryptoError `illegal-character` (position of the first), then `wrong-digit-count`
 */
export function parseDigits(text: string): BackupKey {
  const { digits, illegalPositions } = scan(text);
  const position = illegalPositions[0];
  if (position !== undefined) {
    throw new DeviceCryptoError('illegal-character', `character ${position} is no digit: a key has 0 to 9 and a to f`, {
      fields: { position },
    });
  }
  if (digits.length !== digitCount) {
    throw new DeviceCryptoError('wrong-digit-count', `a key has ${digitCount} digits, these are ${digits.length}`, {
      fields: { digits: digits.length, expected: digitCount },
    });
  }
  return requireBackupKey(fromHex(digits));
}

// Blanks of any kind (a paste may bring no-break and thin ones), the invisible marks that come with a paste, and dashes.
const ignored = /[\s\u200b-\u200f\u2060\ufeff\u2010-\u2015\u2212-]/u;

/** Splits a text into its hexadecimal digits, lower case, and the places of what does not belong. */
export function scan(text: string, isAllowed: (character: string) => boolean = isDigit): Scan {
  let digits = '';
  const illegalPositions: number[] = [];
  let position = 0;
  for (const character of text) {
    position++;
    if (ignored.test(character)) continue;
    if (isAllowed(character)) digits += character.toLowerCase();
    else illegalPositions.push(position);
  }
  return { digits, illegalPositions };
}

interface Scan {
  readonly digits: string;
  readonly illegalPositions: readonly number[];
}

function isDigit(character: string): boolean {
  return /^[0-9a-fA-F]$/.test(character);
}
