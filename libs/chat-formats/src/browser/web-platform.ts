import { createAesCbcDecryption, createAesCtr, createHmacSha256, createSha256, sha512 } from '@coffer/crypto';
import { Gunzip } from 'fflate';
import { ChatFormatError } from '../errors';
import type { Ciphers, PieceSource } from '../platform';
import type { ByteSource } from '../zip/zip-directory';

const pieceBytes = 4 * 1024 * 1024;

/** A chosen file. */
export function pieceSource(source: ByteSource): PieceSource {
  const { sizeBytes } = source;
  return {
    sizeBytes,
    readAt: (position, length) =>
      source.read(Math.min(position, sizeBytes), Math.max(0, Math.min(length, sizeBytes - position))),
    *pieces(start, end) {
      if (end > sizeBytes)
        throw new ChatFormatError('damaged', 'the backup became shorter while it was read; try again');
      for (let at = start; at < end; at += pieceBytes) yield source.read(at, Math.min(pieceBytes, end - at));
    },
    close: () => undefined,
  };
}

/** WebCrypto gives no ciphers that are fed piece by piece. */
export const webCiphers: Ciphers = {
  sha256: createSha256,
  sha512,
  hmacSha256: createHmacSha256,
  aesCtr: createAesCtr,
  aesCbc: createAesCbcDecryption,
  gunzip,
};

/** How fflate says that what follows a member is no member. */
const noMemberCode = 6;

/**
 * The browser's own decompressor fails on what follows a member, which here are zeros up to a common size. The checksum of gzip is not
 * looked at: the HMAC over all of it is.
 */
async function* gunzip(pieces: Iterator<Uint8Array, void>): AsyncGenerator<Uint8Array, void, undefined> {
  const parts: Uint8Array[] = [];
  let unpackedBytes = 0;
  const unpacker = new Gunzip((part) => {
    parts.push(part);
    unpackedBytes += part.length;
  });
  /** Whether more can follow. */
  const push = (piece: Uint8Array, isLast: boolean): boolean => {
    try {
      unpacker.push(piece, isLast);
      return true;
    } catch (cause) {
      const isBehindMember = cause instanceof Error && 'code' in cause && cause.code === noMemberCode;
      if (!isBehindMember || unpackedBytes === 0) throw notUnpacked(cause);
      return false;
    }
  };
  let goesOn = true;
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
    // read to its end all the same: the check at the end is part of the reading
    if (!goesOn) continue;
    goesOn = push(next.value, false);
    yield* parts.splice(0);
  }
  if (goesOn) push(new Uint8Array(), true);
  yield* parts.splice(0);
}

const notUnpacked = (cause?: unknown): ChatFormatError =>
  new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });
