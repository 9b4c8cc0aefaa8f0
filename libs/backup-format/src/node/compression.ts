import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { Compressor } from '../stored-chunk';

const level = 3;
const leastBufferBytes = 64;

/** zstd of the platform, in this thread. */
export const nodeCompressor: Compressor = {
  compress: (raw) =>
    zstdCompressSync(raw, {
      params: { [constants.ZSTD_c_compressionLevel]: level },
      // Larger than any frame: where a frame fills the last buffer exactly, Node 24 appends an empty second frame.
      chunkSize: raw.length + (raw.length >> 7) + 1024,
    }),
  decompress: (frame, rawLength) => {
    const raw = zstdDecompressSync(frame, {
      maxOutputLength: rawLength,
      chunkSize: Math.max(leastBufferBytes, rawLength + 1),
    });
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  },
};
