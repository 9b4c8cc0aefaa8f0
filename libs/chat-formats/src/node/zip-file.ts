import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { ChatFormatError } from '../errors';
import { readStoredEntry, type ByteSource, type ZipEntry } from '../zip/zip-directory';

/** An open file as a byte source. */
export interface OpenByteSource extends ByteSource {
  close(): void;
}

export function openByteSource(path: string): OpenByteSource {
  const file = openSync(path, 'r');
  const sizeBytes = fstatSync(file).size;
  return {
    sizeBytes,
    read: (offset, length) => {
      const bytes = Buffer.alloc(length);
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

/**
 * Unpacks one file of a zip.
 *
 * @param limitBytes - most bytes that may come out
 * @throws ChatFormatError `damaged` (also where more comes out than the list says, or another checksum), `too-large`,
 *   `unsupported-format`
 */
export function unpackEntry(source: ByteSource, entry: ZipEntry, limitBytes: number): Uint8Array {
  if (entry.sizeBytes > limitBytes) {
    throw new ChatFormatError(
      'too-large',
      `a file in this zip is larger than ${Math.floor(limitBytes / 1024 / 1024)} MiB`,
    );
  }
  const stored = readStoredEntry(source, entry);
  const bytes = entry.method === 'stored' ? stored : inflate(stored, entry.sizeBytes);
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc32) {
    throw new ChatFormatError('damaged', 'a file in this zip is damaged: its checksum is wrong');
  }
  return bytes;
}

const peekStoredBytes = 16 * 1024;
/** Deflate makes one byte of at most 1032. */
const deflateRatio = 1032;

/** The first bytes of one file of a zip, some kilobytes or more, unchecked. @throws as `unpackEntry` */
export function peekEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const stored = readStoredEntry(source, entry, peekStoredBytes);
  if (entry.method === 'stored') return stored;
  try {
    const maxOutputLength = peekStoredBytes * deflateRatio;
    return inflateRawSync(stored, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw new ChatFormatError('damaged', 'a file in this zip cannot be unpacked', { cause });
  }
}

function inflate(stored: Uint8Array, sizeBytes: number): Uint8Array {
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch (cause) {
    throw new ChatFormatError('damaged', 'a file in this zip cannot be unpacked, or holds more than it says', {
      cause,
    });
  }
}
