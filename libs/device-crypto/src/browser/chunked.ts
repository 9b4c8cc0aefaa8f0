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

// Web Crypto works off the thread: so many pieces under way keep it busy without holding a whole message twice.
const piecesAtOnce = 16;

/**
 * Seals a whole message with Web Crypto. `salt` is for tests that compare bytes, and for whoever has a hash of the content
 * already; unless given it is made of random bytes and the plaintext (`newMessageSalt`).
 *
 * @param memory - where the sealed message goes, if it is large enough; new memory unless given. `plaintext` may lie in it, from
 *   `sealedSize(n) - n` bytes after its start on, n being its length: it is then gone, each piece is sealed to where it lies earlier
 * @throws EncodingError `invalid-length` on an input key or salt of another length
 */
export async function sealChunked(
  key: ChunkedKey,
  plaintext: Uint8Array,
  salt?: Uint8Array,
  memory?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { keys, header } = newMessageKeys(key, salt ?? newMessageSalt(key, await sha256(plaintext)));
  const cipher = await createPieceCipher(keys);
  const sealed = roomFor(sealedSize(plaintext.length), memory);
  sealed.set(header);
  await inBatches(pieceCount(plaintext.length), async (index) => {
    const at = index * chunkedPieceBytes;
    const piece = await cipher.seal(index, plaintext.subarray(at, at + chunkedPieceBytes));
    sealed.set(piece, piecePlace(plaintext.length, index).offset);
  });
  return sealed;
}

/**
 * Opens a whole message with Web Crypto. Nothing is returned unless all of it is sound.
 *
 * @param memory - where the message goes, if it is large enough; new memory unless given. May be `sealed` itself, which is
 *   then gone: each piece is opened to where it lies earlier
 * @throws DeviceCryptoError `truncated`, `commitment-mismatch`, `piece-damaged`; EncodingError `invalid-length` on the input key
 */
export async function openChunked(
  key: ChunkedKey,
  sealed: Uint8Array,
  memory?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = plainSize(sealed.length);
  const cipher = await createPieceCipher(messageKeys(key, sealed.subarray(0, chunkedHeaderBytes)));
  const plaintext = roomFor(size, memory);
  await inBatches(pieceCount(size), async (index) => {
    const { offset, length } = piecePlace(size, index);
    plaintext.set(await cipher.open(index, sealed.subarray(offset, offset + length)), index * chunkedPieceBytes);
  });
  return plaintext;
}

/** Chunked encryption by Web Crypto. See `ChunkedEncryption`. */
export const browserChunkedEncryption: ChunkedEncryption = {
  seal: async (key, plaintext) => sealChunked(key, plaintext),
  open: (key, sealed) => openChunked(key, sealed),
  sealStream: (key, plaintext) => sealStream(createPieceCipher, key, plaintext),
  openStream: (key, sealed) => openStream(createPieceCipher, key, sealed),
  openReader: async (key, source) => openReader(createPieceCipher, key, source),
};

async function createPieceCipher(keys: MessageKeys): Promise<PieceCipher> {
  const key = await crypto.subtle.importKey('raw', keys.key, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const algorithm = (index: number): AesGcmParams => ({
    name: 'AES-GCM',
    iv: pieceNonce(keys.baseNonce, index),
    tagLength: 8 * chunkedTagBytes,
  });
  return {
    async seal(index, piece) {
      return new Uint8Array(await crypto.subtle.encrypt(algorithm(index), key, unshared(piece)));
    },
    async open(index, sealedPiece) {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(algorithm(index), key, unshared(sealedPiece)));
      } catch (cause) {
        throw pieceDamaged(index, cause);
      }
    },
  };
}

/** Web Crypto refuses memory that threads share. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', unshared(bytes)));
}

function roomFor(length: number, memory: Uint8Array<ArrayBuffer> | undefined): Uint8Array<ArrayBuffer> {
  return memory !== undefined && memory.length >= length ? memory.subarray(0, length) : new Uint8Array(length);
}

/**
 * Runs a few at once. All of a batch begin before any ends, and Web Crypto copies what it is given when it is called: so what one of
 * them writes may lie where another's input lay.
 */
async function inBatches(count: number, run: (index: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += piecesAtOnce) {
    const indexes = Array.from({ length: Math.min(piecesAtOnce, count - from) }, (_, step) => from + step);
    // Settled, not raced: no piece is still being written when the caller hears of a failure.
    const results = await Promise.allSettled(indexes.map(run));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
