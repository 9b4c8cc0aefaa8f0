import { createDecipheriv, createHash, createHmac, hash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { ChatFormatError } from '../errors';
import type { Ciphers, PieceSource } from '../platform';
import { filePieces, readAt } from './file-pieces';
import { inflatedPieces } from './inflated-pieces';
import { releaseMemory } from './release-memory';

/** A file on disk. */
export function openPieceSource(path: string): PieceSource {
  const file = openSync(path, 'r');
  return {
    sizeBytes: fstatSync(file).size,
    readAt: (position, length) => readAt(file, position, length),
    pieces: (start, end) => filePieces(file, start, end),
    close: () => closeSync(file),
  };
}

/** OpenSSL and zlib. */
export const nodeCiphers: Ciphers = {
  sha256: () => createHash('sha256'),
  // one call for each: an object for each would take twice as long
  sha512: (bytes) => hash('sha512', bytes, 'buffer'),
  hmacSha256: (key) => createHmac('sha256', key),
  aesCtr: (key, counter) => {
    const decipher = createDecipheriv('aes-256-ctr', key, counter);
    return (bytes) => decipher.update(bytes);
  },
  aesCbc: (key, iv) => {
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    let before = Buffer.alloc(0);
    return (bytes) => {
      releaseMemory(before);
      return (before = decipher.update(bytes));
    };
  },
  gunzip,
};

/** As `filePieces`: larger ones would be memory that is touched for the first time, each of them. */
const unpackedPieceBytes = 64 * 1024;

/** One gzip member; zeros follow that only fill up the size. */
function gunzip(content: Iterator<Uint8Array, void>): AsyncGenerator<Uint8Array, void, undefined> {
  return inflatedPieces(content, createGunzip({ chunkSize: unpackedPieceBytes }), undecompressed);
}

const undecompressed = (cause: unknown): ChatFormatError =>
  new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });
