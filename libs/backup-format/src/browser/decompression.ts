import { decompress } from 'fzstd';

import type { Decompressor } from '../stored-chunk';

/** zstd in plain JavaScript, for browsers: opens only. */
export const browserDecompressor: Decompressor = {
  decompress: (frame, rawLength) => {
    const target = new Uint8Array(rawLength);
    const raw = decompress(frame, target);
    return new Uint8Array(raw.buffer as ArrayBuffer, raw.byteOffset, raw.length);
  },
};
