import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { Compressor } from '../stored-chunk';

const level = 3;

/** zstd of the platform, in this thread. */
export const nodeCompressor: Compressor = {
  compress: (raw) => zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  decompress: (frame, rawLength) => {
    const raw = zstdDecompressSync(frame, { maxOutputLength: rawLength });
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  },
};
