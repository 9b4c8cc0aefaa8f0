import { EncodingError } from '@coffer/foundation';

import { DeviceCryptoError } from '../errors';

/** Length of the random salt at the start of a sealed message, in bytes. */
export const chunkedSaltBytes = 24;
/** Length of the key commitment after the salt, in bytes. */
export const chunkedCommitmentBytes = 32;
/** Salt and commitment: what must be read before any piece. */
export const chunkedHeaderBytes = chunkedSaltBytes + chunkedCommitmentBytes;
/** Plaintext bytes of every piece but the last, which is always shorter and may be empty. */
export const chunkedPieceBytes = 16_384;
/** Length of the AES-GCM tag of each piece, in bytes. */
export const chunkedTagBytes = 16;
/** A full piece when sealed. */
export const chunkedSealedPieceBytes = chunkedPieceBytes + chunkedTagBytes;
/** A message has at most so many pieces (4 PiB). */
export const chunkedMaximumPieces = 2 ** 38;

/** Where one piece lies in the sealed message. */
export interface PiecePlace {
  /** Offset in the sealed message, in bytes. */
  readonly offset: number;
  /** Sealed length in bytes, tag included. */
  readonly length: number;
  readonly isLast: boolean;
}

/**
 * Size in bytes that a message of `plainBytes` bytes has when sealed.
 *
 * @throws EncodingError `out-of-range` unless it is a whole number from 0 to 4 PiB less one byte
 */
export function sealedSize(plainBytes: number): number {
  if (!Number.isSafeInteger(plainBytes) || plainBytes < 0) {
    throw new EncodingError('out-of-range', `not a size in bytes: ${plainBytes}`);
  }
  const pieces = pieceCount(plainBytes);
  if (pieces > chunkedMaximumPieces) throw new EncodingError('out-of-range', 'a message has at most 2^38 pieces');
  return chunkedHeaderBytes + plainBytes + pieces * chunkedTagBytes;
}

/**
 * Size in bytes of the message inside `sealedBytes` bytes: the inverse of {@link sealedSize}.
 *
 * @throws DeviceCryptoError `truncated` on a size that no message has
 */
export function plainSize(sealedBytes: number): number {
  const body = sealedBytes - chunkedHeaderBytes;
  const last = body % chunkedSealedPieceBytes;
  if (!Number.isSafeInteger(sealedBytes) || body < 0 || last < chunkedTagBytes) {
    throw new DeviceCryptoError('truncated', 'the sealed object is cut short', { fields: { sealedBytes } });
  }
  const full = (body - last) / chunkedSealedPieceBytes;
  if (full >= chunkedMaximumPieces) throw new DeviceCryptoError('truncated', 'no message has that many pieces');
  return full * chunkedPieceBytes + last - chunkedTagBytes;
}

/** How many pieces a message of `plainBytes` bytes has: at least one. */
export function pieceCount(plainBytes: number): number {
  return Math.floor(plainBytes / chunkedPieceBytes) + 1;
}

/** Where piece `index` (from 0) lies in the sealed form of a message of `plainBytes` bytes. */
export function piecePlace(plainBytes: number, index: number): PiecePlace {
  const isLast = index === pieceCount(plainBytes) - 1;
  return {
    offset: chunkedHeaderBytes + index * chunkedSealedPieceBytes,
    length: isLast ? (plainBytes % chunkedPieceBytes) + chunkedTagBytes : chunkedSealedPieceBytes,
    isLast,
  };
}
