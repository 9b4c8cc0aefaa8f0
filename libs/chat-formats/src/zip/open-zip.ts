import { ChatFormatError } from '../errors';
import { readStoredEntry, type ByteSource, type ZipEntry } from './zip-directory';

/** A zip that a platform has opened: its bytes, and its files without their compression. */
export interface OpenZip {
  readonly source: ByteSource;
  /** One whole file. @param limitBytes - most bytes that may come out @throws as `unpackEntry` */
  unpack(entry: ZipEntry, limitBytes: number): Uint8Array;
  /** The first bytes of one file, some kilobytes or more, unchecked. @throws as `unpackEntry` */
  peek(entry: ZipEntry): Uint8Array;
  close(): void;
}

/** Raw deflate (RFC 1951) of a platform. Throws anything where the bytes are none, or give more than `maximumBytes`. */
export type InflateRaw = (stored: Uint8Array, maximumBytes: number) => Uint8Array;

export interface UnpackOptions {
  /** Most bytes that may come out. */
  readonly limitBytes: number;
  readonly inflate: InflateRaw;
  readonly crc32: (bytes: Uint8Array) => number;
}

/**
 * Unpacks one file of a zip.
 *
 * @throws ChatFormatError `damaged` (also where more comes out than the list says, or another checksum), `too-large`,
 *   `unsupported-format`
 */
export function unpackEntry(
  source: ByteSource,
  entry: ZipEntry,
  { limitBytes, inflate, crc32 }: UnpackOptions,
): Uint8Array {
  if (entry.sizeBytes > limitBytes) {
    throw new ChatFormatError(
      'too-large',
      `a file in this zip is larger than ${Math.floor(limitBytes / 1024 / 1024)} MiB`,
    );
  }
  // no deflated bytes give so many: what the list says is no reason to make room for them
  if (entry.method === 'deflated' && entry.sizeBytes > mostFromDeflated(entry.compressedBytes)) throw wrongChecksum();
  const stored = readStoredEntry(source, entry);
  const bytes = entry.method === 'stored' ? stored : inflated(() => inflate(stored, entry.sizeBytes));
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc32) {
    throw wrongChecksum();
  }
  return bytes;
}

export const wrongChecksum = (): ChatFormatError =>
  new ChatFormatError('damaged', 'a file in this zip is damaged: its checksum is wrong');

const peekStoredBytes = 16 * 1024;
/** How many bytes deflated ones give at most: one of 1032. */
export const mostFromDeflated = (deflatedBytes: number): number => deflatedBytes * 1032;

/**
 * The first bytes of one file of a zip, unchecked.
 *
 * @param inflatePart - gives what it can of bytes that end anywhere
 * @throws as `unpackEntry`
 */
export function peekEntry(source: ByteSource, entry: ZipEntry, inflatePart: InflateRaw): Uint8Array {
  const stored = readStoredEntry(source, entry, peekStoredBytes);
  return entry.method === 'stored' ? stored : inflated(() => inflatePart(stored, mostFromDeflated(peekStoredBytes)));
}

function inflated(run: () => Uint8Array): Uint8Array {
  try {
    return run();
  } catch (cause) {
    throw damagedEntry(cause);
  }
}

export const damagedEntry = (cause: unknown): ChatFormatError =>
  new ChatFormatError('damaged', 'a file in this zip cannot be unpacked, or holds more than it says', { cause });
