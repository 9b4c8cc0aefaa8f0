import { fromHex } from '@coffer/foundation';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { decompressors } from '../test/halves';
import { chunkFlags, openStoredChunk } from './stored-chunk';

/** Descriptor, content size and blocks after the magic number, as RFC 8878 (3.1.1) lays them out. */
const frame = (...parts: readonly string[]): Uint8Array => fromHex(`28b52ffd${parts.join('')}`);
const block = (type: number, size: number, content: string, isLast = true): string => {
  const header = Number(isLast) | (type << 1) | (size << 3);
  return (
    [header & 0xff, (header >> 8) & 0xff, header >> 16].map((byte) => byte.toString(16).padStart(2, '0')).join('') +
    content
  );
};
const raw = (content: string, isLast = true): string => block(0, content.length / 2, content, isLast);
const runOf = (size: number, isLast = true): string => block(1, size, '61', isLast);
const windowed = { fcs2: '40', kib1: '00', mib8: '68', mib9: '69', tib2: 'f8' } as const;
/** 300 as a content size of two bytes, which counts from 256. */
const size300 = '2c00';

describe.each(decompressors)('%s half', (_half, decompressor) => {
  function open(zstd: Uint8Array, rawLength: number): string {
    const stored = new Uint8Array(1 + zstd.length);
    stored[0] = chunkFlags.zstd;
    stored.set(zstd, 1);
    return new TextDecoder().decode(openStoredChunk(stored, rawLength, decompressor));
  }

  describe('a frame by hand', () => {
    it.each<[string, Uint8Array, number]>([
      ['a run', frame('20', '64', runOf(100)), 100],
      ['a raw block', frame('20', '04', raw('61616161')), 4],
      [
        'blocks of both kinds, empty ones between',
        frame('20', '64', raw('', false), raw('6161', false), runOf(0, false), runOf(98)),
        100,
      ],
      ['a content size of two bytes', frame('60', size300, runOf(300)), 300],
      ['a content size of four bytes', frame('a0', '64000000', runOf(100)), 100],
      ['a content size of eight bytes', frame('e0', '6400000000000000', runOf(100)), 100],
      ['a window of 1 KiB', frame(windowed.fcs2, windowed.kib1, size300, runOf(300)), 300],
      ['a window of 8 MiB', frame(windowed.fcs2, windowed.mib8, size300, runOf(300)), 300],
      ['the bit that RFC 8878 leaves unused', frame('30', '64', runOf(100)), 100],
    ])('opens with %s', (_what, zstd, length) => {
      expect(open(zstd, length)).toBe('a'.repeat(length));
    });

    it.each<[string, Uint8Array]>([
      ['holds more than it declares', frame('20', '64', runOf(60, false), runOf(60))],
      ['holds less than it declares', frame('20', '64', runOf(80))],
      ['has a block beyond its content', frame('20', '64', runOf(120))],
      ['declares another length than the chunk has', frame('20', '63', runOf(99))],
      ['declares no length', frame('00', windowed.kib1, runOf(100))],
      ['names a dictionary', frame('21', '07', '64', runOf(100))],
      ['has a checksum', frame('24', '64', runOf(100), '00000000')],
      ['uses the reserved bit', frame('28', '64', runOf(100))],
      ['has a block of the reserved type', frame('20', '64', block(3, 1, '61'))],
      ['has no last block', frame('20', '64', runOf(100, false))],
      ['is followed by a byte', frame('20', '64', runOf(100), '00')],
      ['is followed by an empty frame', frame('20', '64', runOf(100), '28b52ffd2000010000')],
      ['is skippable', fromHex('502a4d180400000061616161')],
      ['is cut short', frame('20', '64', '030300')],
      ['is nothing but a magic number', frame()],
    ])('is refused when it %s', (_what, zstd) => {
      expect(() => open(zstd, 100)).toThrow(
        expect.objectContaining({ name: 'BackupFormatError', code: 'damaged' }) as Error,
      );
    });

    it.each<[string, Uint8Array, number]>([
      ['a window of 9 MiB', frame(windowed.fcs2, windowed.mib9, size300, runOf(300)), 300],
      ['a window of 2 TiB', frame(windowed.fcs2, windowed.tib2, size300, runOf(300)), 300],
      ['a block beyond its window', frame('40', windowed.kib1, 'd006', runOf(2000)), 2000],
      ['a block of more than 128 KiB', frame('a0', '400d0300', runOf(200_000)), 200_000],
    ])('is refused with %s', (_what, zstd, length) => {
      expect(() => open(zstd, length)).toThrow(expect.objectContaining({ code: 'damaged' }) as Error);
    });
  });

  describe('any bytes', () => {
    property.prop([fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 200 })], { numRuns: 300 })(
      'open to the declared length or are refused as damaged',
      (bytes, length) => {
        const zstd = new Uint8Array(frame('20', length.toString(16).padStart(2, '0')).length + bytes.length);
        zstd.set(frame('20', length.toString(16).padStart(2, '0')));
        zstd.set(bytes, zstd.length - bytes.length);
        const stored = new Uint8Array([chunkFlags.zstd, ...zstd]);
        try {
          expect(openStoredChunk(stored, length, decompressor).length).toBe(length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'damaged' });
        }
      },
    );
  });
});
