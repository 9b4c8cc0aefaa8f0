import { toBase64Url, utf8 } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { fromCursor, toCursor } from './page-cursor';

describe('fromCursor', () => {
  it('inverts toCursor', () => {
    expect(fromCursor(toCursor([12, 'abc-1']), ['number', 'string'])).toEqual([12, 'abc-1']);
  });

  it.each([
    ['text that is no base64url', '*'],
    ['no JSON', toBase64Url(utf8('{'))],
    ['another length', toCursor([1])],
    ['other types', toCursor(['1', 'a'])],
    ['a fraction', toBase64Url(utf8('[1.5,"a"]'))],
    ['text that is no id', toBase64Url(utf8('[1,"\' OR 1=1"]'))],
  ])('refuses %s', (_name, cursor) => {
    expect(() => fromCursor(cursor, ['number', 'string'])).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});
