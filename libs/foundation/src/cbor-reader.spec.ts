import { fc, test as property } from '@fast-check/vitest';
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { describe, expect, it } from 'vitest';

import { CborReader } from './cbor-reader';
import { decodeCbor, EncodingError, fromHex, toHex, type CborValue } from './index';

/** Examples of RFC 8949, appendix A, that are deterministic and of the types that are carried. */
const examples: readonly (readonly [hex: string, value: CborValue])[] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['20', -1],
  ['3863', -100],
  ['3903e7', -1000],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['40', new Uint8Array()],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', '\u00fc'],
  ['63e6b0b4', '\u6c34'],
  ['64f0908591', '\u{10151}'],
  ['80', []],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a0', {}],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
];

/** What a reader that others wrote makes of the bytes; undefined where it refuses them, or they are not what it would write. */
function readByCborg(bytes: Uint8Array): CborValue | undefined {
  let value: unknown;
  try {
    value = decode(bytes, { strict: true, allowIndefinite: false, allowUndefined: false, useMaps: true });
    if (toHex(encode(value, rfc8949EncodeOptions)) !== toHex(bytes)) return undefined;
  } catch {
    return undefined;
  }
  return carried(value);
}

/** undefined where a part of it is none of the types that are carried. */
function carried(value: unknown): CborValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'bigint')
    return value;
  // Beyond the safe range a number was a float: whole ones are written as integers, and read as bigint.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) {
    const list = value.map(carried);
    return list.every((item) => item !== undefined) ? list : undefined;
  }
  if (!(value instanceof Map)) return undefined;
  const map = Object.create(null) as Record<string, CborValue>;
  for (const [key, item] of value) {
    const taken = carried(item);
    if (typeof key !== 'string' || taken === undefined) return undefined;
    map[key] = taken;
  }
  return map;
}

/** Bytes that begin like CBOR more often than chance. */
const nearlyCbor = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x00, 0x17, 0x18, 0x19, 0x20, 0x38, 0x40, 0x41, 0x58, 0x60, 0x61, 0x62, 0x78),
      fc.constantFrom(0x80, 0x81, 0x82, 0x98, 0xa0, 0xa1, 0xa2, 0xb8, 0xc0, 0xf4, 0xf5, 0xf6, 0xf7, 0xf9, 0xff),
      fc.nat({ max: 255 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((bytes) => Uint8Array.from(bytes));

describe('CborReader', () => {
  describe('value', () => {
    it.each(examples)('reads %s of RFC 8949, appendix A', (hex, value) => {
      expect(decodeCbor(fromHex(hex))).toEqual(value);
    });

    it.each([
      ['a short number in one byte more', '1817', 'not-canonical'],
      ['a byte in two', '1900ff', 'not-canonical'],
      ['two bytes in four', '1a0000ffff', 'not-canonical'],
      ['four bytes in eight', '1b00000000ffffffff', 'not-canonical'],
      ['a negative number in two bytes for one', '3900ff', 'not-canonical'],
      ['a length in one byte more', '581700', 'not-canonical'],
      ['a key twice', 'a2616101616102', 'not-canonical'],
      ['keys out of order', 'a2616201616101', 'not-canonical'],
      ['a longer key before a shorter one', 'a262616101616102', 'not-canonical'],
      ['a reserved length', '1c', 'invalid-encoding'],
      ['a list without end', '9f01ff', 'invalid-encoding'],
      ['a break', 'ff', 'invalid-encoding'],
      ['a half float', 'f90000', 'invalid-encoding'],
      ['a simple value', 'f8ff', 'invalid-encoding'],
      ['a tag', 'c074', 'invalid-encoding'],
      ['a key that is a number', 'a10001', 'invalid-encoding'],
      ['text that is not UTF-8', '61ff', 'invalid-encoding'],
      ['half of a surrogate pair', '63eda080', 'invalid-encoding'],
      ['a slash in two bytes', '62c0af', 'invalid-encoding'],
      ['nothing', '', 'invalid-encoding'],
      ['a head that is cut', '19ff', 'invalid-encoding'],
      ['text longer than the bytes', '6261', 'invalid-encoding'],
    ])('refuses %s', (_name, hex, code) => {
      expect(() => decodeCbor(fromHex(hex))).toThrow(expect.objectContaining({ code }));
    });

    it('allocates nothing for lengths that the bytes cannot hold', () => {
      for (const head of ['5b', '7b', '9b', 'bb']) {
        for (const length of ['00000000ffffffff'.replace('0000', '0001'), 'ffffffffffffffff']) {
          expect(() => decodeCbor(fromHex(head + length))).toThrow(EncodingError);
        }
      }
      expect(() => decodeCbor(fromHex('9a000f4240' + '00'.repeat(100)))).toThrow(EncodingError);
    });

    it('reads 32 lists in each other and no more', () => {
      const nested = (depth: number): Uint8Array => Uint8Array.from([...Array<number>(depth).fill(0x81), 0x00]);
      expect(() => decodeCbor(nested(32))).not.toThrow();
      expect(() => decodeCbor(nested(33))).toThrow(EncodingError);
      expect(() => decodeCbor(nested(100_000))).toThrow(EncodingError);
    });

    it('gives byte strings that share nothing with what was read', () => {
      const bytes = Buffer.from('4401020304', 'hex');
      const read = decodeCbor(bytes) as Uint8Array;
      bytes.fill(0);
      expect(read).toEqual(Uint8Array.of(1, 2, 3, 4));
      expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
    });

    it('gives views of what was read where they may be shared', () => {
      const bytes = fromHex('82440102030440');
      const [read] = decodeCbor(bytes, { isShared: true }) as readonly Uint8Array[];
      expect(read).toEqual(Uint8Array.of(1, 2, 3, 4));
      expect(read!.buffer).toBe(bytes.buffer);
    });

    property.prop([nearlyCbor], { numRuns: 4_000 })(
      'takes what another reader takes, and as the same value',
      (bytes) => {
        let read: CborValue | undefined;
        try {
          read = decodeCbor(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(EncodingError);
        }
        expect(read).toEqual(readByCborg(bytes));
      },
    );
  });

  describe('end', () => {
    it('says that bytes are left over', () => {
      const reader = new CborReader(fromHex('0001'));
      expect(reader.value()).toBe(0);
      expect(() => reader.end()).toThrow(EncodingError);
      expect(reader.value()).toBe(1);
      expect(() => reader.end()).not.toThrow();
    });
  });
});
