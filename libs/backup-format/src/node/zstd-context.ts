import type { ZstdCompress, ZstdDecompress } from 'node:zlib';
import { constants } from 'node:zlib';

/** What lib/zlib.js of Node works with inside a stream. */
interface StreamParts {
  readonly _handle?: {
    readonly writeSync?: (
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ) => void;
  };
  /** Bytes of output and of input that the last call left. */
  readonly _writeState?: Uint32Array;
}

/** More than any length of an array. */
const unsaid = 2 ** 32 - 1;

/**
 * One context of zstd for any number of frames, in this thread. `zstdCompressSync` makes a context for each call, which took 450 µs
 * of 590 for a chunk of 32 KiB: its memory is touched anew each time. Node has no documented call that uses one again and waits for it,
 * so this calls what its own does (`processChunkSync` in lib/zlib.js), which then closes the context. Whoever makes one compares what
 * it gives with the documented call first, and does without where that differs.
 */
export class ZstdContext {
  readonly #stream: ZstdCompress | ZstdDecompress;
  #isSound: boolean;

  constructor(stream: ZstdCompress | ZstdDecompress) {
    this.#stream = stream;
    const { _handle, _writeState } = stream as StreamParts;
    this.#isSound = typeof _handle?.writeSync === 'function' && _writeState instanceof Uint32Array;
    stream.on('error', () => (this.#isSound = false));
  }

  /**
   * Runs all of `input`, which is one whole frame or becomes one, into `output`.
   *
   * @returns how many bytes `output` holds; undefined where that did not work, or `output` is full: the context is of no use then
   */
  run(input: Uint8Array, output: Uint8Array): number | undefined {
    if (!this.#isSound) return undefined;
    const { _handle, _writeState } = this.#stream as StreamParts;
    // Where it fails it leaves these as they are, and tells of it later.
    _writeState!.fill(unsaid);
    _handle!.writeSync!(constants.ZSTD_e_end, input, 0, input.length, output, 0, output.length);
    const [outputLeft, inputLeft] = _writeState!;
    this.#isSound &&= inputLeft === 0 && outputLeft! > 0 && outputLeft! <= output.length;
    return this.#isSound ? output.length - outputLeft! : undefined;
  }

  close(): void {
    this.#isSound = false;
    this.#stream.destroy();
  }
}
