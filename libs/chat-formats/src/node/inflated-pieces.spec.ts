import { createGunzip, createInflate, deflateSync, gzipSync } from 'node:zlib';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { ChatFormatError } from '../errors';
import { inflatedPieces, type InflatedPiecesOptions } from './inflated-pieces';

const chunkSize = 64 * 1024;
/** Comes out in several memories, and in parts of them. */
const content = new Uint8Array(Buffer.concat([seed('inflated', 100_000), new Uint8Array(100_000)]));
const packed = deflateSync(content);
const damaged = (cause: unknown): ChatFormatError => new ChatFormatError('damaged', 'no deflate', { cause });

/** The bytes in pieces that lie in one memory, one after the other. */
function* inOneMemory(bytes: Uint8Array, length = 7000): Generator<Uint8Array, void, undefined> {
  const memory = new Uint8Array(length);
  for (let at = 0; at < bytes.length; at += length) {
    const part = bytes.subarray(at, at + length);
    memory.fill(0xff);
    memory.set(part);
    yield memory.subarray(0, part.length);
  }
}

const inflate = (
  from: Iterator<Uint8Array, unknown>,
  options?: InflatedPiecesOptions,
): AsyncGenerator<Uint8Array, void, undefined> => inflatedPieces(from, createInflate({ chunkSize }), damaged, options);

describe('inflatedPieces', () => {
  it('gives what was packed, of pieces that are valid until the next', async () => {
    const copies: Uint8Array[] = [];
    for await (const piece of inflate(inOneMemory(packed))) copies.push(Uint8Array.from(piece));
    expect(new Uint8Array(Buffer.concat(copies))).toEqual(content);
  });
  it('takes the memory of a piece away once the next is asked for, unless pieces are kept', async () => {
    const [used, kept]: [Uint8Array[], Uint8Array[]] = [[], []];
    for await (const piece of inflate(inOneMemory(packed))) {
      expect(piece.length).toBeGreaterThan(0);
      used.push(piece);
    }
    // what lies in the last memory is left: zlib had not filled it
    const left = used.reduce((sum, piece) => sum + piece.length, 0);
    expect(left).toBe(content.length % chunkSize);
    for await (const piece of inflate(inOneMemory(packed), { areKept: true })) kept.push(piece);
    expect(new Uint8Array(Buffer.concat(kept))).toEqual(content);
  });
  it('says what is wrong with the bytes, and passes on what is wrong with the pieces', async () => {
    const readAll = async (from: Iterator<Uint8Array, unknown>): Promise<void> => {
      for await (const _piece of inflate(from));
    };
    const changed = new ChatFormatError('damaged', 'the file changed');
    const failing = function* (): Generator<Uint8Array, void, undefined> {
      yield packed.subarray(0, 7000);
      throw changed;
    };
    await expect(readAll(failing())).rejects.toBe(changed);
    await expect(readAll(inOneMemory(seed('no deflate', 1000)))).rejects.toThrow('no deflate');
    await expect(readAll(inOneMemory(packed.subarray(0, 30_000)))).rejects.toThrow('no deflate');
  });
  it('uses no piece any more once it has ended, though more follow than the stream wants', async () => {
    // As Signal fills up a backup: a stream that has ended is still given zeros, and reads them on a thread of its own.
    const filled = new Uint8Array(Buffer.concat([gzipSync(content), new Uint8Array(20_000_000)]));
    const gunzip = createGunzip({ chunkSize });
    let [begun, underWay] = [0, 0];
    const write = gunzip.write.bind(gunzip) as (piece: Uint8Array, done: (error?: Error | null) => void) => boolean;
    gunzip.write = (piece: Uint8Array, done: unknown): boolean => {
      begun += 1;
      underWay += 1;
      return write(piece, (error) => {
        underWay -= 1;
        (done as (error?: Error | null) => void)(error);
      });
    };
    const pieces = inOneMemory(filled, chunkSize);
    const next = (): IteratorResult<Uint8Array, unknown> => pieces.next();
    let length = 0;
    for await (const piece of inflatedPieces({ next }, gunzip, damaged)) length += piece.length;
    expect([length, underWay]).toEqual([content.length, 0]);
    const before = begun;
    for (let left = next(); left.done !== true; left = next()) await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(before);
  });
  it('closes the pieces where the reading ends early', async () => {
    let isClosed = false;
    const closing = function* (): Generator<Uint8Array, void, undefined> {
      try {
        yield* inOneMemory(packed);
      } finally {
        isClosed = true;
      }
    };
    for await (const _piece of inflate(closing())) break;
    expect(isClosed).toBe(true);
  });
});
