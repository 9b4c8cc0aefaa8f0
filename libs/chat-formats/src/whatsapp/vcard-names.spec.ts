import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../test/memory-bytes';
import { looksLikeVCards, readVCardNames } from './vcard-names';

const bytes = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\r\n'));
const named = (...lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(readVCardNames(bytesOf(bytes('BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''))));

describe('readVCardNames', () => {
  it('takes the shown name, for every number that says its country', () => {
    expect(
      named('N:Ahorn;Anna;;Dr.;', 'FN:Anna A.', 'TEL;TYPE=CELL:+49 (170) 12-34-567', 'TEL:0049 30 123456'),
    ).toEqual({
      '491701234567@s.whatsapp.net': 'Anna A.',
      '4930123456@s.whatsapp.net': 'Anna A.',
    });
  });
  it('puts the parts of a name together where none is shown', () => {
    expect(named('N:Ahorn;Anna;Maria;Dr.;', 'item1.TEL;waid=491701234567:0170 1234567')).toEqual({
      '491701234567@s.whatsapp.net': 'Dr. Anna Maria Ahorn',
    });
  });
  it('leaves out numbers of nobody in particular, and contacts without a name', () => {
    expect(named('FN:Anna', 'TEL:0170 1234567', 'TEL:110', 'TEL:+49x')).toEqual({});
    expect(named('TEL:+491701234567')).toEqual({});
  });
  it('unfolds lines, and reads what older phones write', () => {
    expect(named('FN:A long', '  name', 'TEL:+49170', ' 1234567')).toEqual({
      '491701234567@s.whatsapp.net': 'A long name',
    });
    expect(named('FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCr=', 'gen', 'TEL;CELL:+491701234567')).toEqual({
      '491701234567@s.whatsapp.net': 'Jürgen',
    });
    expect(named('FN:Ahorn\\, Anna\\; x', 'TEL;VALUE=uri:tel:+49-170-1234567')).toEqual({
      '491701234567@s.whatsapp.net': 'Ahorn, Anna; x',
    });
  });
  it('reads several contacts, the first of a number first, and stops at nothing odd between them', () => {
    const content = bytes(
      'BEGIN:VCARD',
      'FN:A',
      'TEL:+4912345',
      'END:VCARD',
      'junk',
      ':',
      'BEGIN:VCARD',
      'FN:B',
      'TEL:+4912345',
      'TEL:+4954321',
      'END:VCARD',
    );
    expect([...readVCardNames(bytesOf(content))]).toEqual([
      ['4912345@s.whatsapp.net', 'A'],
      ['4954321@s.whatsapp.net', 'B'],
    ]);
  });
});

describe('looksLikeVCards', () => {
  it('knows an address book by its first line', () => {
    expect(looksLikeVCards(bytes('BEGIN:VCARD', 'VERSION:2.1'))).toBe(true);
    expect(looksLikeVCards(bytes('\ufeffbegin:vcard', 'x'))).toBe(true);
    for (const other of ['BEGIN:VCALENDAR', '31/12/2020, 23:59 - BEGIN:VCARD', '', 'SQLite format 3\0']) {
      expect(looksLikeVCards(bytes(other))).toBe(false);
    }
  });
});
