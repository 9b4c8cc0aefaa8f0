import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';

import { sha256 } from '@coffer/crypto/node';

import { messageKeys, newMessageKeys, pieceNonce, type MessageKeys } from '../chunked/message-keys';
import { newMessageSalt } from '../chunked/message-salt';
import { pieceDamaged, type PieceCipher } from '../chunked/piece-cipher';
import { openReader } from '../chunked/reader';
import {
  chunkedHeaderBytes,
  chunkedPieceBytes,
  chunkedTagBytes,
  pieceCount,
  piecePlace,
  plainSize,
  sealedSize,
} from '../chunked/sizes';
import { openStream, sealStream } from '../chunked/streams';
import type { ChunkedEncryption, ChunkedKey } from '../chunked/types';

/**
 * Seals a whole message at once, in this thread: for worker threads. `salt` is for tests that compare bytes, and for
 * whoever has a hash of the content already; unless given it is made of random bytes and the plaintext (`newMessageSalt`).
 *
 * @param memory - where the sealed message goes, if it is large enough; new memory unless given. `plaintext` may lie in it, from
 *   `sealedSize(n) - n` bytes after its start on, n being its length: it is then gone, each piece is sealed to where it lies earlier
 * @throws EncodingError `invalid-length` on an input key or salt of another length
 */
export function sealChunkedSync(
  key: ChunkedKey,
  plaintext: Uint8Array,
  salt: Uint8Array = newMessageSalt(key, sha256(plaintext)),
  memory?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const { keys, header } = newMessageKeys(key, salt);
  const message = openSslMessage(keys);
  const sealed = roomFor(sealedSize(plaintext.length), memory);
  sealed.set(header);
  const pieces = pieceCount(plaintext.length);
  for (let index = 0; index < pieces; index++) {
    const at = index * chunkedPieceBytes;
    const { offset } = piecePlace(plaintext.length, index);
    sealPieceInto(message, index, plaintext.subarray(at, at + chunkedPieceBytes), sealed, offset);
  }
  return sealed;
}

/**
 * Opens a whole message at once, in this thread: for worker threads. Nothing is returned unless all of it is sound.
 *
 * @param memory - where the message goes, if it is large enough; new memory unless given. May be `sealed` itself, which is
 *   then gone: each piece is opened to where it lies earlier
 * @throws DeviceCryptoError `truncated`, `commitment-mismatch`, `piece-damaged`; EncodingError `invalid-length` on the input key
 */
export function openChunkedSync(
  key: ChunkedKey,
  sealed: Uint8Array,
  memory?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const size = plainSize(sealed.length);
  const message = openSslMessage(messageKeys(key, sealed.subarray(0, chunkedHeaderBytes)));
  const plaintext = roomFor(size, memory);
  const pieces = pieceCount(size);
  for (let index = 0; index < pieces; index++) {
    const { offset, length } = piecePlace(size, index);
    openPieceInto(message, index, sealed.subarray(offset, offset + length), plaintext, index * chunkedPieceBytes);
  }
  return plaintext;
}

/** Chunked encryption by OpenSSL. See `ChunkedEncryption`. */
export const nodeChunkedEncryption: ChunkedEncryption = {
  seal: async (key, plaintext) => sealChunkedSync(key, plaintext),
  open: async (key, sealed) => openChunkedSync(key, sealed),
  sealStream: (key, plaintext) => sealStream(createPieceCipher, key, plaintext),
  openStream: (key, sealed) => openStream(createPieceCipher, key, sealed),
  openReader: async (key, source) => openReader(createPieceCipher, key, source),
};

function createPieceCipher(keys: MessageKeys): PieceCipher {
  const message = openSslMessage(keys);
  return {
    seal(index, piece) {
      const sealed = new Uint8Array(piece.length + chunkedTagBytes);
      sealPieceInto(message, index, piece, sealed, 0);
      return sealed;
    },
    open(index, sealedPiece) {
      const piece = new Uint8Array(Math.max(sealedPiece.length - chunkedTagBytes, 0));
      openPieceInto(message, index, sealedPiece, piece, 0);
      return piece;
    },
  };
}

interface OpenSslMessage {
  readonly algorithm: 'aes-256-gcm' | 'aes-128-gcm';
  /** A KeyObject: given the raw bytes, node:crypto makes one per piece, which halves the speed (0.9 against 1.9 GB/s). */
  readonly key: KeyObject;
  readonly baseNonce: Uint8Array;
}

function openSslMessage({ key, baseNonce }: MessageKeys): OpenSslMessage {
  return { algorithm: key.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', key: createSecretKey(key), baseNonce };
}

function sealPieceInto(
  { algorithm, key, baseNonce }: OpenSslMessage,
  index: number,
  piece: Uint8Array,
  target: Uint8Array,
  offset: number,
): void {
  const cipher = createCipheriv(algorithm, key, pieceNonce(baseNonce, index));
  moveInto(cipher.update(piece), target, offset);
  cipher.final();
  target.set(cipher.getAuthTag(), offset + piece.length);
}

function openPieceInto(
  { algorithm, key, baseNonce }: OpenSslMessage,
  index: number,
  sealed: Uint8Array,
  target: Uint8Array,
  offset: number,
): void {
  const end = sealed.length - chunkedTagBytes;
  if (end < 0) throw pieceDamaged(index);
  const decipher = createDecipheriv(algorithm, key, pieceNonce(baseNonce, index), { authTagLength: chunkedTagBytes });
  decipher.setAuthTag(sealed.subarray(end));
  const piece = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch (cause) {
    piece.fill(0);
    throw pieceDamaged(index, cause);
  }
  moveInto(piece, target, offset);
}

function roomFor(length: number, memory: Uint8Array<ArrayBuffer> | undefined): Uint8Array<ArrayBuffer> {
  return memory !== undefined && memory.length >= length ? memory.subarray(0, length) : new Uint8Array(length);
}

/** Copies, and frees what was copied: V8 sees a small object and would let 64 MiB of such memory pile up in each thread. */
function moveInto(piece: Buffer<ArrayBuffer>, target: Uint8Array, offset: number): void {
  target.set(piece, offset);
  if (piece.length === piece.buffer.byteLength) piece.buffer.transfer(0);
}
