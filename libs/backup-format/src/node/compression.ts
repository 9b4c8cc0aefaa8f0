import { constants, createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { formatLimits } from '../limits';
import type { Compressor } from '../stored-chunk';
import { ZstdContext } from './zstd-context';

const level = 3;
const leastBufferBytes = 64;
const params = { [constants.ZSTD_c_compressionLevel]: level };

/** zstd of the platform, in this thread. */
export const nodeCompressor: Compressor = {
  compress: (raw) =>
    zstdCompressSync(raw, {
      params,
      // Larger than any frame: where a frame fills the last buffer exactly, Node 24 appends an empty second frame.
      chunkSize: mostFrameBytes(raw.length),
    }),
  decompress: (frame, rawLength) => {
    const raw = zstdDecompressSync(frame, {
      maxOutputLength: rawLength,
      chunkSize: Math.max(leastBufferBytes, rawLength + 1),
    });
    return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  },
};

/**
 * As {@link nodeCompressor}, for a thread that works on chunk after chunk: contexts and memory are used again, so **what it gives is
 * valid until it is called again**, and lies in memory that must not be transferred.
 */
export class ReusedCompressor implements Compressor {
  // A few bytes more than any result: then none of them is the whole of its memory, and a full one is seen.
  readonly #memory = new Uint8Array(mostFrameBytes(formatLimits.chunkBytes));
  #compression = soundContext(newCompression, probe, nodeCompressor.compress(probe));
  #decompression = soundContext(newDecompression, nodeCompressor.compress(probe), probe);

  compress(raw: Uint8Array): Uint8Array {
    const length = raw.length > formatLimits.chunkBytes ? undefined : this.#compression?.run(raw, this.#memory);
    if (length !== undefined) return this.#memory.subarray(0, length);
    this.#compression = undefined;
    return nodeCompressor.compress(raw);
  }

  decompress(frame: Uint8Array, rawLength: number): Uint8Array<ArrayBuffer> {
    const length = this.#decompression?.run(frame, this.#memory.subarray(0, rawLength + 1));
    if (length === rawLength) return this.#memory.subarray(0, length);
    // Damaged, or Node is another: the documented call decides, and says what is wrong.
    this.#decompression?.close();
    this.#decompression = soundContext(newDecompression, nodeCompressor.compress(probe), probe);
    return nodeCompressor.decompress(frame, rawLength);
  }
}

const probe = new Uint8Array(1000).fill(7, 300);

function newCompression(): ZstdContext {
  return new ZstdContext(createZstdCompress({ params }));
}

function newDecompression(): ZstdContext {
  return new ZstdContext(createZstdDecompress());
}

/** A context that gives what the documented call gives, also the second time; else none. */
function soundContext(make: () => ZstdContext, input: Uint8Array, expected: Uint8Array): ZstdContext | undefined {
  const context = make();
  const output = new Uint8Array(mostFrameBytes(probe.length));
  for (let time = 1; time <= 2; time++) {
    const length = context.run(input, output);
    if (length === expected.length && Buffer.compare(output.subarray(0, length), expected) === 0) continue;
    context.close();
    return undefined;
  }
  return context;
}

function mostFrameBytes(rawLength: number): number {
  return rawLength + (rawLength >> 7) + 1024;
}
