import { describe, expect, it } from 'vitest';

import { passwordMaximumBytes, preparePassword, type PasswordFault } from './opaque-string';

const refused = (reason: PasswordFault): Error =>
  expect.objectContaining({ code: 'invalid-password', fields: { reason } }) as Error;

describe('preparePassword', () => {
  // The examples of RFC 8265, section 4.3, and their like.
  it.each([
    ['blanks and case stay', 'Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['Greek stays', 'πßå', 'πßå'],
    ['symbols stay', 'Jack of \u2666s', 'Jack of \u2666s'],
    ['the blank of Ogham becomes a blank', 'foo\u1680bar', 'foo bar'],
    ['no-break and ideographic blanks become blanks', 'a\u00a0b\u3000c', 'a b c'],
    ['outer blanks stay', ' a ', ' a '],
    ['decomposed becomes composed', 'cafe\u0301', 'caf\u00e9'],
    ['angstrom sign becomes the letter', '\u212b', '\u00c5'],
    ['full width stays', '\uff41\uff11', '\uff41\uff11'],
    ['decomposed Hangul becomes syllables', '\u1112\u1161\u11ab', '\ud55c'],
    ['emoji stay', '\u{1f511}\u{1f60a}', '\u{1f511}\u{1f60a}'],
    ['a ligature stays', '\ufb01', '\ufb01'],
    ['Persian with a non-joiner stays', '\u0645\u06cc\u200c\u062e', '\u0645\u06cc\u200c\u062e'],
    ['a joiner after a virama stays', '\u0915\u094d\u200d', '\u0915\u094d\u200d'],
    ['a middle dot between two l stays', 'col\u00b7legi', 'col\u00b7legi'],
    ['a Katakana middle dot in Japanese stays', '\u30a2\u30fb\u30a2', '\u30a2\u30fb\u30a2'],
    ['one kind of Arabic digits stays', '\u0661\u0662', '\u0661\u0662'],
    ['the Greek numeral sign before Greek stays', '\u0375\u03b1', '\u0375\u03b1'],
    ['Hebrew geresh after Hebrew stays', '\u05d0\u05f3', '\u05d0\u05f3'],
  ])('%s', (_name, typed, prepared) => {
    expect(preparePassword(typed)).toBe(prepared);
    expect(preparePassword(prepared)).toBe(prepared);
  });

  it.each<[string, string, PasswordFault]>([
    ['nothing', '', 'empty'],
    ['half a surrogate pair', 'a\ud800', 'not-well-formed'],
    ['a tab', 'my cat is a \u0009by', 'disallowed-character'],
    ['a line end', 'a\nb', 'disallowed-character'],
    ['a soft hyphen', 'a\u00adb', 'disallowed-character'],
    ['a zero-width blank', 'a\u200bb', 'disallowed-character'],
    ['a joiner without cause', 'a\u200db', 'disallowed-character'],
    ['a non-joiner without cause', 'a\u200cb', 'disallowed-character'],
    ['a direction mark', 'a\u200e', 'disallowed-character'],
    ['a variation selector', '\u2764\ufe0f', 'disallowed-character'],
    ['private use', '\ue000', 'disallowed-character'],
    ['a non-character', '\uffff', 'disallowed-character'],
    ['an unassigned character', '\u0378', 'disallowed-character'],
    ['a lone jamo', '\u1100', 'disallowed-character'],
    ['a line separator', 'a\u2028b', 'disallowed-character'],
    ['Arabic tatweel', '\u0640', 'disallowed-character'],
    ['a middle dot elsewhere', 'a\u00b7b', 'disallowed-character'],
    ['a Katakana middle dot elsewhere', 'a\u30fbb', 'disallowed-character'],
    ['both kinds of Arabic digits', '\u0661\u06f1', 'disallowed-character'],
    ['geresh elsewhere', 'a\u05f3', 'disallowed-character'],
    ['the Greek numeral sign elsewhere', '\u0375a', 'disallowed-character'],
  ])('refuses %s', (_name, typed, reason) => {
    expect(() => preparePassword(typed)).toThrow(refused(reason));
  });

  it('counts bytes, after preparation', () => {
    expect(preparePassword('a'.repeat(passwordMaximumBytes))).toHaveLength(passwordMaximumBytes);
    expect(() => preparePassword('a'.repeat(passwordMaximumBytes + 1))).toThrow(refused('too-long'));
    expect(preparePassword('e\u0301'.repeat(passwordMaximumBytes / 2))).toHaveLength(passwordMaximumBytes / 2);
    expect(() => preparePassword('\u00e9'.repeat(passwordMaximumBytes / 2 + 1))).toThrow(refused('too-long'));
  });

  it('puts no part of the password into its error', () => {
    try {
      preparePassword('sesame\u0000');
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify([(error as Error).message, error])).not.toContain('sesame');
    }
  });
});
