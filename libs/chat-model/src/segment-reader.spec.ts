import { fc, test as property } from '@fast-check/vitest';
import { decodeCbor, encodeCbor, EncodingError, fromHex, type CborValue } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { arbitraryMessage } from '../test/arbitraries';
import { decodeSegment, encodeSegment } from './segment';
import { readSegmentValue } from './segment-reader';

type Outcome = { readonly value: CborValue } | 'refused';

function outcome(read: () => CborValue): Outcome {
  try {
    return { value: read() };
  } catch (error) {
    expect(error).toBeInstanceOf(EncodingError);
    return 'refused';
  }
}

describe('readSegmentValue', () => {
  property.prop([
    fc.array(arbitraryMessage, { maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }),
  ])('takes and refuses what the general decoder does, changed segments too', (messages, changes) => {
    const bytes = encodeSegment(messages);
    for (const [where, byte] of changes) bytes[where % bytes.length] = byte;
    const general = outcome(() => decodeCbor(bytes));
    // byte strings and numbers beyond 2^53 have no place in a segment
    if (general !== 'refused' && hasForeignTypes(general.value)) return;
    expect(outcome(() => readSegmentValue(bytes))).toEqual(general);
  });
  property.prop([fc.uint8Array({ maxLength: 30 })])('takes nothing that does not encode to the same bytes', (bytes) => {
    const read = outcome(() => readSegmentValue(bytes));
    if (read !== 'refused') expect(encodeCbor(read.value)).toEqual(bytes);
  });
  it.each([
    ['a longer head than needed', '1801'],
    ['a head of two bytes for one', '190001'],
    ['a head of four bytes for two', '1a00000001'],
    ['a head of eight bytes for four', '1b0000000000000001'],
    ['a number beyond 2^53', '1b0020000000000000'],
    ['a negative number beyond 2^53', '3b0020000000000000'],
    ['bytes left over', '0000'],
    ['a list without end', '9fff'],
    ['a list longer than the bytes', '9a00ffffff'],
    ['a map longer than the bytes', 'ba00ffffff'],
    ['text longer than the bytes', '7a00ffffff'],
    ['text that is not UTF-8', '62c328'],
    ['keys out of order', 'a2616201616101'],
    ['a key twice', 'a2616101616101'],
    ['a key that is a number', 'a10101'],
    ['a byte string', '4101'],
    ['a float', 'f93c00'],
    ['undefined', 'f7'],
    ['a tag', 'c101'],
    ['nothing', ''],
    ['lists in lists', '81'.repeat(100) + '80'],
  ])('refuses %s', (_name, hex) => {
    expect(() => readSegmentValue(fromHex(hex))).toThrow(EncodingError);
  });
  it('keeps a key named __proto__ as data', () => {
    expect(Object.keys(readSegmentValue(fromHex('a1695f5f70726f746f5f5f01')) as object)).toEqual(['__proto__']);
  });
  it.each(['\ufeff', '\ufeffhello', `\ufeff${'x'.repeat(300)}`])(
    'keeps a U+FEFF that text begins with (case %#)',
    (text) => {
      const message = { id: '1', senderId: text, isFromSelf: false, timeMs: 1, kind: 'text', text } as const;
      expect(decodeSegment(encodeSegment([message]))).toEqual([message]);
    },
  );
});

function hasForeignTypes(value: CborValue): boolean {
  if (value instanceof Uint8Array || typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value as Record<string, CborValue>).some(hasForeignTypes);
}
