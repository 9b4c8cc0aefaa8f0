import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { digitGroups, formatDigits, inspectDigits, parseDigits } from './digits';
import { DeviceCryptoError } from './errors';
import { requireBackupKey } from './key-hierarchy';

const backupKey = requireBackupKey(seed('backup key'));
const text = formatDigits(backupKey);
const withCode = (code: string, fields: object): Error => expect.objectContaining({ code, fields }) as Error;
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => requireBackupKey(new Uint8Array(bytes)));

describe('formatDigits', () => {
  it('gives 16 groups of 4 digits', () => {
    expect(text).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){15}$/);
    expect(text.replaceAll(' ', '')).toBe(toHex(backupKey));
    expect(digitGroups(backupKey)).toEqual(text.split(' '));
  });
});

describe('parseDigits', () => {
  property.prop([keys])('inverts formatDigits', (key) => {
    expect(parseDigits(formatDigits(key))).toEqual(key);
  });

  it.each([
    ['upper case', (digits: string) => digits.toUpperCase()],
    ['no blanks', (digits: string) => digits.replaceAll(' ', '')],
    ['dashes', (digits: string) => digits.replaceAll(' ', '-')],
    ['typographic dashes', (digits: string) => digits.replaceAll(' ', '\u2013')],
    ['tabs and line ends', (digits: string) => `\t${digits.replaceAll(' ', '\r\n')}\n`],
    ['no-break blanks and a byte order mark', (digits: string) => `\ufeff${digits.replaceAll(' ', '\u00a0')}`],
  ])('reads %s', (_name, write) => {
    expect(parseDigits(write(text))).toEqual(backupKey);
  });

  const ignored =
    '\t\n\v\f\r \u00a0\u2009\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff\u2010\u2011\u2012\u2013\u2014\u2015\u2212-';
  it.each(Array.from(ignored))('does not count %j, wherever it stands', (character) => {
    const spread = Array.from(toHex(backupKey)).join(character);
    expect(parseDigits(`${character}${spread}${character}`)).toEqual(backupKey);
  });

  it.each(Array.from('g@G`/:_+.\u2016\u2061\u2211\u2213\u0660\uff11'))(
    'does not take %j for a digit or a blank',
    (illegal) => {
      expect(() => parseDigits(`${text}${illegal}`)).toThrow(
        withCode('illegal-character', { position: text.length + 1 }),
      );
    },
  );

  it('says what a key has, and what was typed instead', () => {
    expect(() => parseDigits('12 g4')).toThrow('character 4 is no digit: a key has 0 to 9 and a to f');
    expect(() => parseDigits('12 4')).toThrow('a key has 64 digits, these are 3');
  });

  it('names the place of the first illegal character, before any length', () => {
    expect(() => parseDigits('12 g4')).toThrow(withCode('illegal-character', { position: 4 }));
    expect(() => parseDigits(`${text.slice(0, 9)}O${text.slice(10)}`)).toThrow(
      withCode('illegal-character', { position: 10 }),
    );
  });

  it.each([
    ['one too few', 63],
    ['one too many', 65],
    ['none', 0],
  ])('says how many digits there are: %s', (_name, count) => {
    const digits = `${toHex(backupKey)}0`.slice(0, count);
    expect(() => parseDigits(digits)).toThrow(withCode('wrong-digit-count', { digits: count, expected: 64 }));
  });

  it('puts no digit into its error', () => {
    try {
      parseDigits(`${text}zz`);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DeviceCryptoError);
      const { message, fields } = error as DeviceCryptoError;
      for (const group of digitGroups(backupKey)) expect(`${message} ${JSON.stringify(fields)}`).not.toContain(group);
    }
  });
});

describe('inspectDigits', () => {
  it.each([
    ['', { digits: 0, illegalPositions: [], state: 'incomplete' }],
    ['12ab 3', { digits: 5, illegalPositions: [], state: 'incomplete' }],
    ['12xb y', { digits: 3, illegalPositions: [3, 6], state: 'illegal' }],
    ['0'.repeat(64), { digits: 64, illegalPositions: [], state: 'complete' }],
    ['0'.repeat(65), { digits: 65, illegalPositions: [], state: 'too-long' }],
  ])('sees in %j how far the typing has come', (typed, expected) => {
    expect(inspectDigits(typed)).toEqual(expected);
  });

  it('counts positions in characters, not in UTF-16 units', () => {
    expect(inspectDigits('\u{1f511}1z').illegalPositions).toEqual([1, 3]);
  });
});
