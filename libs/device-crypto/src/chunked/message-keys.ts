import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';

import { concatBytes, equalBytes, requireBytes, utf8 } from '@coffer/foundation';

import { DeviceCryptoError } from '../errors';
import { chunkedCommitmentBytes, chunkedHeaderBytes, chunkedSaltBytes } from './sizes';
import type { ChunkedKey, ChunkedSuite } from './types';

/** What seals the pieces of one message. */
export interface MessageKeys {
  /** AES key: 32 bytes for `cobblestone-256`, 16 for `cobblestone-128`. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** 12 bytes; piece n has this nonce with n XORed into its end. */
  readonly baseNonce: Uint8Array<ArrayBuffer>;
}

const prefix = 'c2sp.org/chunked-encryption@v1+';
const baseNonceBytes = 12;
/** Names in the IANA registry of AEAD algorithms, and key lengths in bytes. */
const suites: Readonly<Record<ChunkedSuite, { readonly aead: string; readonly keyBytes: number }>> = {
  'cobblestone-256': { aead: 'AEAD_AES_256_GCM', keyBytes: 32 },
  'cobblestone-128': { aead: 'AEAD_AES_128_GCM', keyBytes: 16 },
};

/**
 * Keys and header of a new message: key, base nonce and commitment by HKDF-Expand with SHA-512.
 *
 * @param salt - 24 bytes, never twice under one input key
 * @throws EncodingError `invalid-length` on an input key or salt of another length
 */
export function newMessageKeys(
  key: ChunkedKey,
  salt: Uint8Array,
): { readonly keys: MessageKeys; readonly header: Uint8Array<ArrayBuffer> } {
  const { keys, commitment } = derive(key, salt);
  return { keys, header: concatBytes(salt, commitment) };
}

/**
 * Keys of a sealed message, whose commitment is checked before they are given out.
 *
 * @param header - the first 56 bytes of the message
 * @throws DeviceCryptoError `truncated`, `commitment-mismatch`; EncodingError `invalid-length` on the input key
 */
export function messageKeys(key: ChunkedKey, header: Uint8Array): MessageKeys {
  if (header.length !== chunkedHeaderBytes) {
    throw new DeviceCryptoError('truncated', `the header has ${chunkedHeaderBytes} bytes, got ${header.length}`);
  }
  const { keys, commitment } = derive(key, header.subarray(0, chunkedSaltBytes));
  if (!equalBytes(commitment, header.subarray(chunkedSaltBytes))) {
    throw new DeviceCryptoError(
      'commitment-mismatch',
      'sealed with another key, for another place, or damaged at its start',
    );
  }
  return keys;
}

/** The 12-byte nonce of piece `index`, which is below 2^38. */
export function pieceNonce(baseNonce: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const nonce = baseNonce.slice();
  const view = new DataView(nonce.buffer);
  // Bitwise operators reach 32 bits only: the upper six of the counter go into their own byte.
  view.setUint8(7, view.getUint8(7) ^ Math.floor(index / 2 ** 32));
  view.setUint32(8, view.getUint32(8) ^ (index >>> 0));
  return nonce;
}

function derive(
  { inputKey, context, suite = 'cobblestone-256' }: ChunkedKey,
  salt: Uint8Array,
): { readonly keys: MessageKeys; readonly commitment: Uint8Array } {
  const { aead, keyBytes } = suites[suite];
  requireBytes(inputKey, keyBytes, 'input key');
  requireBytes(salt, chunkedSaltBytes, 'salt');
  requireBytes(context, undefined, 'context');
  const info = concatBytes(utf8(prefix), utf8(aead), new Uint8Array(1), salt, context);
  const output = expandSha512(inputKey, info);
  return {
    keys: { key: output.slice(0, keyBytes), baseNonce: output.slice(keyBytes, keyBytes + baseNonceBytes) },
    commitment: output.slice(keyBytes + baseNonceBytes, keyBytes + baseNonceBytes + chunkedCommitmentBytes),
  };
}

/**
 * The first 128 bytes of HKDF-Expand with SHA-512 (RFC 5869, section 2.3): two blocks. By hand, for the library's own refuses
 * a pseudorandom key that is shorter than the hash, which this scheme has by design.
 */
function expandSha512(pseudorandomKey: Uint8Array, info: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = hmac(sha512, pseudorandomKey, concatBytes(info, Uint8Array.of(1)));
  const second = hmac(sha512, pseudorandomKey, concatBytes(first, info, Uint8Array.of(2)));
  return concatBytes(first, second);
}
