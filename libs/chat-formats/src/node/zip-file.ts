import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { ChatFormatError } from '../errors';
import type { OpenBytes } from '../open-bytes';
import { peekEntry, unpackEntry, type OpenZip } from '../zip/open-zip';

/** A zip file on disk. */
export function openZipFile(path: string): OpenZip {
  const source = openByteSource(path);
  return {
    source,
    unpack: (entry, limitBytes) => unpackEntry(source, entry, { limitBytes, inflate, crc32 }),
    peek: (entry) => peekEntry(source, entry, inflatePart),
    close: () => source.close(),
  };
}

/** An open file as a byte source. */
export function openByteSource(path: string): OpenBytes {
  const file = openSync(path, 'r');
  const sizeBytes = fstatSync(file).size;
  return {
    sizeBytes,
    read: (offset, length, memory) => {
      const bytes = memory === undefined ? Buffer.allocUnsafeSlow(length) : memory.subarray(0, length);
      for (let at = 0; at < length;) {
        const read = readSync(file, bytes, at, length - at, offset + at);
        if (read === 0) throw new ChatFormatError('damaged', 'the file ends early');
        at += read;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}

const inflatePart = (stored: Uint8Array, maximumBytes: number): Uint8Array =>
  inflateRawSync(stored, { maxOutputLength: maximumBytes, finishFlush: constants.Z_SYNC_FLUSH });

/** Least size of zlib's memory for what comes out. */
const leastChunkBytes = 64;

/** In one memory of the size that is stated, instead of many that are copied together. */
const inflate = (stored: Uint8Array, sizeBytes: number): Uint8Array =>
  inflateRawSync(stored, {
    maxOutputLength: Math.max(1, sizeBytes),
    // One byte more than is needed, and zlib asks for no second one at the end.
    chunkSize: Math.max(leastChunkBytes, sizeBytes + 1),
  });
