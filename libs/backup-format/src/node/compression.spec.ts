import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { formatLimits } from '../limits';
import { requireZstdFrame } from '../zstd-frame';
import { nodeCompressor, ReusedCompressor } from './compression';

const reused = new ReusedCompressor();
const text = new TextEncoder().encode('a row of a database, and another row; '.repeat(3000));

describe('ReusedCompressor', () => {
  property.prop([fc.nat({ max: text.length - 1 }), fc.nat({ max: 40_000 }), fc.nat({ max: 3000 })], { numRuns: 50 })(
    'gives the frame that a context of its own gives, and opens it, whatever came before',
    (start, length, noise) => {
      const raw = text.slice(start, start + Math.max(1, length));
      raw.set(seed(`noise ${noise}`, Math.min(noise, raw.length)));
      const frame = reused.compress(raw).slice();
      expect(Buffer.compare(frame, nodeCompressor.compress(raw))).toBe(0);
      requireZstdFrame(frame, raw.length);
      expect(Buffer.compare(reused.decompress(frame, raw.length), raw)).toBe(0);
    },
  );
  it.each([1, formatLimits.chunkBytes - 1, formatLimits.chunkBytes])('takes noise of %i bytes', (length) => {
    const raw = seed('noise', length);
    const frame = reused.compress(raw).slice();
    expect(Buffer.compare(frame, nodeCompressor.compress(raw))).toBe(0);
    expect(Buffer.compare(reused.decompress(frame, length), raw)).toBe(0);
  });
  it('refuses what is damaged, cut short, or of another length, and opens the next frame', () => {
    const frame = nodeCompressor.compress(text);
    const damaged = new Uint8Array(frame);
    damaged.fill(0xff, 12, 40);
    for (let round = 0; round < 2; round++) {
      expect(() => reused.decompress(damaged, text.length)).toThrow();
      expect(() => reused.decompress(frame.subarray(0, frame.length - 5), text.length)).toThrow();
      expect(() => reused.decompress(frame, text.length - 1)).toThrow();
      expect(Buffer.compare(reused.decompress(frame, text.length), text)).toBe(0);
    }
  });
  it('gives nothing that is the whole of its memory, which a caller might give back', () => {
    const raw = seed('noise', formatLimits.chunkBytes);
    const frame = nodeCompressor.compress(raw);
    for (const given of [reused.compress(raw), reused.decompress(frame, raw.length)]) {
      expect(given.buffer.byteLength - given.byteLength).toBeGreaterThan(1);
    }
  });
});
