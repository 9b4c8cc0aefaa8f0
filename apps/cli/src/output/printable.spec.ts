import { describe, expect, it } from 'vitest';

import { printable } from './printable';

describe('printable', () => {
  it.each([
    ['plain/name.db', 'plain/name.db'],
    ['مرحبا/נתונים 数据', 'مرحبا/נתונים 数据'],
    ['a\u001b[31mb', 'a\\u{1b}[31mb'],
    ['a\nb\rc\td', 'a\\u{a}b\\u{d}c\\u{9}d'],
    ['bd.\u202etxt', 'bd.\\u{202e}txt'],
    ['a\u009bb\u2028c', 'a\\u{9b}b\\u{2028}c'],
    ['family 👨\u200d👩\u200d👧', 'family 👨\u200d👩\u200d👧'],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
