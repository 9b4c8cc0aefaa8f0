import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import * as foundation from './index';
import {
  decodeCbor,
  encodeCbor,
  EncodingError,
  fromBase64Url,
  fromHex,
  newUuid,
  requireUuid,
  toBase64Url,
  toHex,
  type CborValue,
} from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(foundation).sort()).toEqual([
      'ByteSink',
      'CofferError',
      'EncodingError',
      'cborListHead',
      'compareBytes',
      'concatBytes',
      'decodeCbor',
      'encodeCbor',
      'equalBytes',
      'fromBase64Url',
      'fromHex',
      'fromUtf8',
      'newUuid',
      'readU32be',
      'requireBytes',
      'requireUuid',
      'systemClock',
      'toBase64Url',
      'toHex',
      'toRfc3339',
      'u32be',
      'utf8',
    ]);
  });
});

describe('text forms', () => {
  property.prop([fc.uint8Array({ maxLength: 100 })])('invert for any bytes', (bytes) => {
    expect(fromHex(toHex(bytes))).toEqual(bytes);
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
    expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
  });
  it.each(['A', 'AB', 'AA=', 'A+', 'AAAAA', 'é'])('refuse base64url text %j', (text) => {
    expect(() => fromBase64Url(text)).toThrow(EncodingError);
  });
  it.each(['0', 'AB', 'zz', '0x'])('refuse hexadecimal text %j', (text) => {
    expect(() => fromHex(text)).toThrow(EncodingError);
  });
});

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.string(),
  fc.uint8Array({ maxLength: 40 }),
);
const value = fc.letrec<{ tree: CborValue }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 5, noNullPrototype: false }),
  ),
})).tree;

describe('CBOR', () => {
  property.prop([value])('inverts and is stable', (tree) => {
    const bytes = encodeCbor(tree);
    expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes);
  });
  property.prop([value, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'never reads two byte strings as the same bytes',
    (tree, where, flip) => {
      const bytes = encodeCbor(tree);
      const changed = bytes.slice();
      changed[where % changed.length]! ^= flip;
      let read: CborValue;
      try {
        read = decodeCbor(changed);
      } catch (error) {
        expect(error).toBeInstanceOf(EncodingError);
        return;
      }
      expect(encodeCbor(read)).toEqual(changed);
    },
  );
  it('orders keys bytewise on their encoding (RFC 8949, section 4.2.1)', () => {
    expect(toHex(encodeCbor({ b: 1, aa: 2, a: 3 }))).toBe('a3616103616201626161' + '02');
  });
  it.each([
    ['18 01 instead of 01', '1801'],
    ['trailing byte', '0000'],
    ['indefinite array', '9fff'],
    ['float', 'f93c00'],
    ['undefined', 'f7'],
    ['duplicate key', 'a2616101616102'],
    ['keys out of order', 'a2616201616101'],
    ['tag', 'c101'],
    ['integer key', 'a10101'],
    ['cut', '4401'],
  ])('refuses %s', (_name, hex) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(EncodingError);
  });
  it('refuses fractions and undefined', () => {
    expect(() => encodeCbor(1.5)).toThrow(EncodingError);
    expect(() => encodeCbor({ a: undefined } as unknown as CborValue)).toThrow(EncodingError);
  });
  it('gives bytes of their own, whose copies share nothing', () => {
    const bytes = encodeCbor({ a: 1 });
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    const copy = bytes.slice();
    copy.fill(0);
    expect(bytes[0]).toBe(0xa1);
  });
  it('keeps U+FEFF wherever it stands', () => {
    for (const text of ['\ufeff', '\ufeffhello', 'a\ufeffb', '\ufeff\ufeff', `\ufeff${'x'.repeat(100)}`]) {
      expect(decodeCbor(encodeCbor({ [text]: [text], plain: 'text' }))).toEqual({ [text]: [text], plain: 'text' });
    }
  });
  it('gives maps without a prototype', () => {
    expect(Object.getPrototypeOf(decodeCbor(encodeCbor({ a: 1 })))).toBeNull();
  });
  it('keeps a key named __proto__ as data', () => {
    const read = decodeCbor(fromHex('a1695f5f70726f746f5f5f01')) as Record<string, CborValue>;
    expect(Object.keys(read)).toEqual(['__proto__']);
  });
});

describe('newUuid', () => {
  it('gives lower-case version 7', () => {
    expect(requireUuid(newUuid(), 'id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(() => requireUuid('0', 'id')).toThrow(EncodingError);
  });
});
