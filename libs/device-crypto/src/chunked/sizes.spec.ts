import { EncodingError } from '@coffer/foundation';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { DeviceCryptoError } from '../errors';
import {
  chunkedHeaderBytes,
  chunkedMaximumPieces,
  chunkedPieceBytes,
  chunkedSealedPieceBytes,
  pieceCount,
  piecePlace,
  plainSize,
  sealedSize,
} from './sizes';

const largest = chunkedMaximumPieces * chunkedPieceBytes - 1;

describe('sealedSize and plainSize', () => {
  property.prop([fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: largest }))])(
    'are inverses',
    (size) => {
      expect(plainSize(sealedSize(size))).toBe(size);
    },
  );

  property.prop([fc.integer({ min: 0, max: 200_000 })])('agree on which sealed sizes exist', (sealed) => {
    let size: number | undefined;
    try {
      size = plainSize(sealed);
    } catch (error) {
      expect(error).toBeInstanceOf(DeviceCryptoError);
    }
    if (size !== undefined) expect(sealedSize(size)).toBe(sealed);
  });

  it.each([
    [0, 72],
    [1, 73],
    [16_383, 16_455],
    [16_384, 16_472],
    [16_385, 16_473],
    [32_768, 32_872],
  ])('know that %d bytes become %d', (plain, sealed) => {
    expect(sealedSize(plain)).toBe(sealed);
    expect(plainSize(sealed)).toBe(plain);
  });

  it.each([-1, 0, 55, 56, 71, 56 + 16_400, 56 + 16_415, 1.5, Number.NaN])('refuse a sealed size of %d', (sealed) => {
    expect(() => plainSize(sealed)).toThrow(expect.objectContaining({ code: 'truncated' }) as Error);
  });

  it('stop at 2^38 pieces', () => {
    expect(plainSize(sealedSize(largest))).toBe(largest);
    expect(() => sealedSize(largest + 1)).toThrow(EncodingError);
    expect(() => sealedSize(-1)).toThrow(EncodingError);
    expect(() => sealedSize(0.5)).toThrow(EncodingError);
    const next = chunkedHeaderBytes + chunkedMaximumPieces * chunkedSealedPieceBytes + 16;
    expect(() => plainSize(next)).toThrow(DeviceCryptoError);
  });
});

describe('piecePlace', () => {
  property.prop([fc.integer({ min: 0, max: 500_000 })])('lays the pieces out without a gap', (size) => {
    let offset = chunkedHeaderBytes;
    const count = pieceCount(size);
    for (let index = 0; index < count; index++) {
      const place = piecePlace(size, index);
      expect(place.offset).toBe(offset);
      expect(place.isLast).toBe(index === count - 1);
      expect(place.length < chunkedSealedPieceBytes).toBe(place.isLast);
      offset += place.length;
    }
    expect(offset).toBe(sealedSize(size));
  });
});
