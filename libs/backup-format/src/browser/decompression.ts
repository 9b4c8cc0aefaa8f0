import { Decompress } from 'fzstd';

import type { Decompressor } from '../stored-chunk';

/**
 * zstd in plain JavaScript, for browsers: opens only. Block by block, because the library's `decompress` cuts what is longer
 * than its target and fills up what is shorter, and says neither. Each block is at most 2 MiB, its window at most 8 MiB.
 */
export const browserDecompressor: Decompressor = {
  decompress: (frame, rawLength) => {
    const raw = new Uint8Array(rawLength);
    let at = 0;
    const decoder = new Decompress((block) => {
      if (block.length > rawLength - at) throw new RangeError('the frame holds more than it declares');
      raw.set(block, at);
      at += block.length;
    });
    decoder.push(frame, true);
    if (at !== rawLength) throw new RangeError('the frame holds less than it declares');
    return raw;
  },
};
