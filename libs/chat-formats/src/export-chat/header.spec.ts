import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { readHeader } from './header';
import { readPlainHeader } from './plain-header';

const mark = '\u200e';
const number = fc.oneof(fc.nat(33), fc.constantFrom('0', '00', '07', '1999', '2020', '123', ''));
const parts = fc.tuple(
  number,
  fc.constantFrom('/', '.', '-', '. '),
  number,
  fc.constantFrom('/', '.', '-', '. '),
  fc.oneof(fc.constantFrom('20', '2020', '020', '2', '20201'), number),
  fc.constantFrom(', ', ' ', ',', ',  ', ', \u200e', '. '),
  number,
  fc.constantFrom(':', '.'),
  fc.oneof(fc.constantFrom('00', '59', '60', '5', '000', '10:20', '10 PM'), number),
  fc.constantFrom(' - ', ' – ', ' -', '- ', ' ', '] '),
  fc.constantFrom('', 'A: x', ' A'),
);
/** Of the parts of lines that have a header, two in three: what usually stands there. */
const line = fc.oneof(
  parts.map((all) => all.join('')),
  parts.map(
    ([a, sign, b, , year, , hour, , minute, , rest]) => `${a}${sign}${b}${sign}${year}, ${hour}:${minute} - ${rest}`,
  ),
  fc
    .tuple(
      fc.nat(40),
      fc.constantFrom('/', '.'),
      fc.nat(40),
      fc.constantFrom(20, 2020),
      fc.nat(25),
      fc.integer({ min: 10, max: 60 }),
    )
    .map(([a, sign, b, year, hour, minute]) => `${a}${sign}${b}${sign}${year}, ${hour}:${minute} - A: x`),
);

describe('readPlainHeader', () => {
  // a mark before the line sends it the long way
  property.prop([line], { numRuns: 2000 })('finds what the expression finds, or leaves it to it', (text) => {
    const plain = readPlainHeader(text, 0);
    const marked = readHeader(mark + text, 0);
    expect(readHeader(text, 0)).toEqual(marked === undefined ? undefined : { ...marked, bodyAt: marked.bodyAt - 1 });
    if (plain !== undefined) expect(plain).toEqual(readHeader(text, 0));
  });
  property('reads most of what phones write by itself', () => {
    for (const text of ['31/12/2020, 23:59 - A', '1/2/20, 9:05 - A', '31.12.20, 23:59 - A', '31.12.2020 00:00 - A']) {
      expect(readPlainHeader(text, 0)?.bodyAt).toBe(text.length - 1);
    }
  });
});
