import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { digitsFromPaste, groupDigits, normalizeDigits, onlyDigits } from './digits-text';

const digits = '0123456789abcdef'.repeat(4);
const grouped = Array.from({ length: 16 }, (_, group) => digits.slice(4 * group, 4 * group + 4)).join(' ');

describe('normalizeDigits', () => {
  it('groups digits by four when they are typed one after the other', () => {
    let edit = { text: '', caret: 0 };
    for (const digit of digits) {
      edit = normalizeDigits(edit.text.slice(0, edit.caret) + digit + edit.text.slice(edit.caret), edit.caret + 1);
    }
    expect(edit).toEqual({ text: grouped, caret: grouped.length });
  });

  it('strips what is no digit and lowers case', () => {
    expect(normalizeDigits('ABzz-12 x', 9)).toEqual({ text: 'ab12', caret: 4 });
  });

  it('keeps the caret behind the digit it stood behind when a digit is put in the middle', () => {
    // 'abc|d ef' after typing 9 behind 'abc'
    expect(normalizeDigits('abc9d ef', 4)).toEqual({ text: 'abc9 def', caret: 4 });
  });

  property.prop([fc.string(), fc.nat(40)])('is stable and never moves the caret past a digit', (text, at) => {
    const once = normalizeDigits(text, Math.min(at, text.length));
    expect(normalizeDigits(once.text, once.caret)).toEqual(once);
    expect(onlyDigits(once.text.slice(0, once.caret))).toBe(onlyDigits(text.slice(0, Math.min(at, text.length))));
  });
});

describe('digitsFromPaste', () => {
  it.each([
    ['bare', digits],
    ['grouped', grouped],
    ['upper case', grouped.toUpperCase()],
    ['with dashes and line ends', grouped.replaceAll(' ', '-\n')],
    ['inside words that hold legal letters', `Backup key of a dead cafe: ${grouped}, made today`],
    ['as an emergency kit shows it, with check letters', grouped.replace(/((?:\w{4} ){3}\w{4})( ?)/g, '$1  GK\n')],
  ])('finds the key when it is %s', (_name, text) => {
    expect(digitsFromPaste(text)).toBe(digits);
  });

  it('gives all digits of a part', () => {
    expect(digitsFromPaste('01 23-xyz 45')).toBe('012345');
  });

  it('gives more than 64 digits, so that the field can say so, when a group came twice', () => {
    expect(digitsFromPaste(`${groupDigits(digits)} abcd`).length).toBe(68);
    expect(digitsFromPaste(`abcd ${groupDigits(digits)}`).length).toBe(68);
  });

  it('answers at once when the text is long and hostile', () => {
    const started = performance.now();
    digitsFromPaste('abcd '.repeat(1600) + '!');
    digitsFromPaste('abcd'.repeat(2000) + 'z');
    expect(performance.now() - started).toBeLessThan(500);
  });
});
