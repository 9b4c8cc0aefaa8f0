import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { deriveKeyId, requireBackupKey } from './key-hierarchy';
import { formatKeyId, formatKitRows, inspectKitRow, parseKeyId, parseKitRows, rowCheck } from './kit';

const backupKey = requireBackupKey(seed('backup key'));
const rows = formatKitRows(backupKey).map(({ groups, check }) => `${groups.join(' ')}  ${check}`);
const withCode = (code: string, fields: object): Error => expect.objectContaining({ code, fields }) as Error;

const hexDigits = Array.from('0123456789abcdef');
const row = fc.integer({ min: 0, max: 3 });
const digits = fc.string({ unit: fc.constantFrom(...hexDigits), minLength: 16, maxLength: 16 });
const place = fc.integer({ min: 0, max: 15 });
const digit = fc.constantFrom(...hexDigits);
const put = (text: string, at: number, character: string): string => text.slice(0, at) + character + text.slice(at + 1);

describe('rowCheck', () => {
  it('gives the letters that docs/key-labels.md shows', () => {
    expect([0, 1, 2, 3].map((index) => rowCheck(index, '0123456789abcdef'))).toEqual(['HG', 'NP', 'TX', 'ZL']);
    expect(rowCheck(0, '0000000000000000')).toBe('GG');
  });

  it('uses letters that are no digits and no likeness of one', () => {
    for (let value = 0; value < 256; value++) {
      expect(rowCheck(value % 4, value.toString(16).padStart(16, '0'))).toMatch(/^[GHJKLMNPQRSTVWXYZ]{2}$/);
    }
  });

  property.prop([row, digits, place, digit, place, digit], { numRuns: 2000 })(
    'finds any one or two wrong digits',
    (index, sound, firstAt, first, secondAt, second) => {
      const typed = put(put(sound, firstAt, first), secondAt, second);
      expect(rowCheck(index, typed) === rowCheck(index, sound)).toBe(typed === sound);
    },
  );

  property.prop([row, digits, place, place], { numRuns: 1000 })(
    'finds any two digits that changed places',
    (index, sound, left, right) => {
      const typed = put(put(sound, left, sound[right]!), right, sound[left]!);
      expect(rowCheck(index, typed) === rowCheck(index, sound)).toBe(typed === sound);
    },
  );

  property.prop([row, row, digits])('finds a row in the place of another', (left, right, sound) => {
    expect(rowCheck(left, sound) === rowCheck(right, sound)).toBe(left === right);
  });
});

describe('parseKitRows', () => {
  it('inverts formatKitRows, in any case, with or without blanks', () => {
    expect(parseKitRows(rows)).toEqual(backupKey);
    expect(parseKitRows(rows.map((text) => text.toUpperCase().replaceAll(' ', '')))).toEqual(backupKey);
    expect(parseKitRows(rows.map((text) => text.toLowerCase().replaceAll(' ', '-')))).toEqual(backupKey);
  });

  it.each([0, 1, 2, 3])('finds the row with the typing error: row index %d', (index) => {
    const wrong = rows.with(index, put(rows[index]!, 6, rows[index]![6] === '0' ? '1' : '0'));
    expect(() => parseKitRows(wrong)).toThrow(withCode('row-check-failed', { row: index + 1 }));
  });

  it('finds two rows that changed places', () => {
    const swapped = [rows[0]!, rows[2]!, rows[1]!, rows[3]!];
    expect(() => parseKitRows(swapped)).toThrow(withCode('row-check-failed', { row: 2 }));
  });

  it('names row and place of what does not belong, and short rows', () => {
    expect(() => parseKitRows(rows.with(1, put(rows[1]!, 2, '!')))).toThrow(
      withCode('illegal-character', { row: 2, position: 3 }),
    );
    expect(() => parseKitRows(rows.with(3, rows[3]!.slice(1)))).toThrow(
      withCode('wrong-digit-count', { row: 4, digits: 15, expected: 16 }),
    );
    expect(() => parseKitRows(rows.slice(1))).toThrow(withCode('wrong-digit-count', { digits: 48, expected: 64 }));
  });
});

describe('inspectKitRow', () => {
  it('follows the typing of a row', () => {
    expect(inspectKitRow(0, '')).toBe('incomplete');
    expect(inspectKitRow(0, rows[0]!.slice(0, 12))).toBe('incomplete');
    expect(inspectKitRow(0, rows[0]!.slice(0, -1))).toBe('incomplete');
    expect(inspectKitRow(0, rows[0]!)).toBe('sound');
    expect(inspectKitRow(1, rows[0]!)).toBe('mistyped');
    expect(inspectKitRow(0, `${rows[0]!}K`)).toBe('too-long');
    expect(inspectKitRow(0, '0123 k')).toBe('mistyped');
    expect(inspectKitRow(0, '01?')).toBe('illegal');
  });
});

describe('key id', () => {
  const keyId = deriveKeyId(backupKey);

  it('reads as it is written', () => {
    expect(formatKeyId(keyId)).toMatch(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
    expect(parseKeyId(formatKeyId(keyId))).toEqual(keyId);
    expect(parseKeyId(toHex(keyId).toUpperCase())).toEqual(keyId);
  });

  it('is refused with other characters or another length', () => {
    expect(() => parseKeyId('12g4')).toThrow(withCode('illegal-character', { position: 3 }));
    expect(() => parseKeyId('1234')).toThrow(withCode('wrong-digit-count', { digits: 4, expected: 16 }));
  });
});
