import { fromHex, requireBytes, toHex } from '@coffer/foundation';

import { digitGroups, scan } from './digits';
import { DeviceCryptoError } from './errors';
import { keyIdBytes, requireBackupKey, type BackupKey, type KeyId } from './key-hierarchy';

/** Rows of the emergency kit; each holds four groups. */
export const kitRowCount = 4;
/** Digits of one row. */
export const kitRowDigits = 16;

/** One row of the emergency kit. */
export interface KitRow {
  /** Four groups of four digits. */
  readonly groups: readonly string[];
  /** Two letters that find a typing error in this row. */
  readonly check: string;
}

/** What {@link inspectKitRow} found. */
export type KitRowState = 'incomplete' | 'sound' | 'mistyped' | 'illegal' | 'too-long';

// [Note: row checks]
// The two letters are a Reed-Solomon code over the field of 17 elements: with the digits d1..d16 of row r (0 to 3),
//   first  = 5r + sum(d_i)      mod 17
//   second = 7r + sum(i * d_i)  mod 17
// The weights 1..16 are all different and none is 0, so any one or two wrong digits of a row, and any two digits that
// changed places, give other letters; any other mistake, a row in the place of another included, passes once in 289 times.
// The letters are 17 that are no hexadecimal digit and look like none (no I, O, and U is left to its likeness with V).
const letters = 'ghjklmnpqrstvwxyz';
const fieldSize = 17;

/**
 * The two check letters, in upper case, of one row. See: [Note: row checks]
 *
 * @param row - from 0 to 3
 * @param digits - the 16 digits of the row, lower case, without blanks
 */
export function rowCheck(row: number, digits: string): string {
  let first = 5 * row;
  let second = 7 * row;
  Array.from(digits).forEach((digit, index) => {
    const value = Number.parseInt(digit, 16);
    first += value;
    second += (index + 1) * value;
  });
  return (letters[first % fieldSize]! + letters[second % fieldSize]!).toUpperCase();
}

/** The four rows that the emergency kit shows. */
export function formatKitRows(backupKey: BackupKey): readonly KitRow[] {
  const groups = digitGroups(backupKey);
  return Array.from({ length: kitRowCount }, (_, row) => {
    const ofRow = groups.slice(4 * row, 4 * row + 4);
    return { groups: ofRow, check: rowCheck(row, ofRow.join('')) };
  });
}

/**
 * Looks at one row while it is typed: 16 digits and two letters, in any case, blanks and dashes ignored.
 *
 * @param row - from 0 to 3
 */
export function inspectKitRow(row: number, text: string): KitRowState {
  const { digits: characters, illegalPositions } = scan(text, isKitCharacter);
  if (illegalPositions.length > 0) return 'illegal';
  const digits = characters.slice(0, kitRowDigits);
  const check = characters.slice(kitRowDigits);
  if (!/^[0-9a-f]*$/.test(digits) || !/^[g-z]*$/.test(check)) return 'mistyped';
  if (check.length > 2) return 'too-long';
  if (check.length < 2) return 'incomplete';
  return rowCheck(row, digits) === check.toUpperCase() ? 'sound' : 'mistyped';
}

/**
 * Reads the four rows of an emergency kit.
 *
 * @param rows - each with 16 digits and two letters
 * @throws DeviceCryptoError `illegal-character` (row, position), `wrong-digit-count`, `row-check-failed` (row, from 1)
 */
export function parseKitRows(rows: readonly string[]): BackupKey {
  if (rows.length !== kitRowCount) {
    throw new DeviceCryptoError('wrong-digit-count', `an emergency kit has ${kitRowCount} rows`, {
      fields: { digits: rows.length * kitRowDigits, expected: kitRowCount * kitRowDigits },
    });
  }
  return requireBackupKey(fromHex(rows.map((text, row) => parseRow(text, row)).join('')));
}

function parseRow(text: string, row: number): string {
  const { digits: characters, illegalPositions } = scan(text, isKitCharacter);
  const position = illegalPositions[0];
  if (position !== undefined) {
    throw new DeviceCryptoError('illegal-character', `row ${row + 1}: character ${position} does not belong there`, {
      fields: { row: row + 1, position },
    });
  }
  if (characters.length !== kitRowDigits + 2) {
    throw new DeviceCryptoError(
      'wrong-digit-count',
      `row ${row + 1} must have ${kitRowDigits} digits and two letters`,
      {
        fields: { row: row + 1, digits: characters.length - 2, expected: kitRowDigits },
      },
    );
  }
  if (inspectKitRow(row, text) !== 'sound') {
    throw new DeviceCryptoError(
      'row-check-failed',
      `row ${row + 1} holds a typing error; the other rows are not at fault`,
      {
        fields: { row: row + 1 },
      },
    );
  }
  return characters.slice(0, kitRowDigits);
}

/** A key id as people see it: 16 hexadecimal digits in groups of 4, dashes between. */
export function formatKeyId(keyId: KeyId): string {
  return toHex(requireBytes(keyId, keyIdBytes, 'key id'))
    .match(/.{4}/g)!
    .join('-');
}

/**
 * Reads a key id as people type it: 16 digits, case, blanks and dashes ignored.
 *
 * @throws DeviceCryptoError `illegal-character`, `wrong-digit-count`
 */
export function parseKeyId(text: string): KeyId {
  const { digits, illegalPositions } = scan(text);
  const position = illegalPositions[0];
  if (position !== undefined) {
    throw new DeviceCryptoError(
      'illegal-character',
      `character ${position} is no digit: a key id has 0 to 9 and a to f`,
      {
        fields: { position },
      },
    );
  }
  if (digits.length !== 2 * keyIdBytes) {
    throw new DeviceCryptoError('wrong-digit-count', `a key id has ${2 * keyIdBytes} digits`, {
      fields: { digits: digits.length, expected: 2 * keyIdBytes },
    });
  }
  return fromHex(digits) as KeyId;
}

function isKitCharacter(character: string): boolean {
  return /^[0-9a-f]$/i.test(character) || letters.includes(character.toLowerCase());
}
