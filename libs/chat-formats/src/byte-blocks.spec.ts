import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { ByteBlocks } from './byte-blocks';

describe('ByteBlocks', () => {
  property.prop([
    fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 }),
    fc.integer({ min: 1, max: 9 }),
    fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 200 })), { maxLength: 5 }),
  ])('reads what was written, anywhere, with blocks of any size', (pieces, blockBytes, ranges) => {
    const blocks = new ByteBlocks(blockBytes);
    for (const piece of pieces) blocks.write(piece);
    const whole = Buffer.concat(pieces);
    expect(blocks.length).toBe(whole.length);
    expect(Buffer.concat([...blocks.blocks()]).equals(whole)).toBe(true);
    for (const [offset, length] of ranges) {
      const at = Math.min(offset, whole.length);
      expect(Buffer.from(blocks.read(at, length)).equals(whole.subarray(at, at + length))).toBe(true);
    }
  });
  it('holds nothing once it is wiped', () => {
    const blocks = new ByteBlocks(4);
    blocks.write(Uint8Array.of(1, 2, 3, 4, 5));
    const view = blocks.read(0, 4);
    blocks.wipe();
    expect(view).toEqual(new Uint8Array(4));
    expect(blocks.length).toBe(0);
    expect(blocks.read(0, 4)).toEqual(new Uint8Array());
  });
});
