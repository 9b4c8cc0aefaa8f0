import { fc, test as property } from '@fast-check/vitest';
import { decodeCbor, encodeCbor, type CborValue } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { arbitraryMessage } from '../test/arbitraries';
import { encodeSegment } from './segment';
import { SegmentWriter } from './segment-writer';

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
);
const { tree } = fc.letrec<{ tree: CborValue }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: false }),
  ),
}));

describe('SegmentWriter', () => {
  property.prop([tree])('writes any value as the general encoder does', (value) => {
    expect(new SegmentWriter().value(value).finish()).toEqual(encodeCbor(value));
  });
  it.each([23, 24, 85, 86, 255, 256, 21_845, 21_846, 65_535, 65_536, 100_000])(
    'writes texts of %i characters',
    (length) => {
      for (const character of ['x', 'é', '€', '👋']) {
        const text = character.repeat(length);
        expect(Buffer.compare(new SegmentWriter().value(text).finish(), encodeCbor(text))).toBe(0);
      }
    },
  );
  it.each([0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'writes the number %i',
    (number) => {
      for (const value of [number, -1 - number, -number]) {
        if (!Number.isSafeInteger(value)) continue;
        expect(new SegmentWriter().value(value).finish()).toEqual(encodeCbor(value + 0));
      }
    },
  );
  property.prop([fc.array(arbitraryMessage, { maxLength: 10 })])(
    'gives segments that the general encoder gives too',
    (messages) => {
      const bytes = encodeSegment(messages);
      expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes);
    },
  );
  it('refuses a fraction, as the general encoder does', () => {
    expect(() => new SegmentWriter().value(0.5)).toThrow();
  });
});
