import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';

import { EncodingError, requireBytes } from '@coffer/foundation';

/** A hash that is fed piece by piece. */
export interface IncrementalHash {
  /** Adds bytes. @returns itself @throws EncodingError `out-of-range` after `digest` */
  update(bytes: Uint8Array): IncrementalHash;
  /** The hash of everything added; once only. @throws EncodingError `out-of-range` the second time */
  digest(): Uint8Array<ArrayBuffer>;
}

/** Longest output of HKDF-SHA-256 in bytes (RFC 5869, section 2.3). */
export const hkdfSha256MaximumBytes = 255 * 32;

/** SHA-256 (FIPS 180-4). @returns 32 bytes */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return nobleSha256(requireBytes(bytes, undefined, 'bytes'));
}

/** SHA-512 (FIPS 180-4). @returns 64 bytes */
export function sha512(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return nobleSha512(requireBytes(bytes, undefined, 'bytes'));
}

/** HMAC-SHA-256 (RFC 2104). @param key - of any length @returns 32 bytes */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return hmac(nobleSha256, requireBytes(key, undefined, 'key'), requireBytes(message, undefined, 'message'));
}

/**
 * HKDF-SHA-256, extract and expand (RFC 5869).
 *
 * @param inputKey - input keying material of any length
 * @param salt - empty for none
 * @param info - what the output is for; labels come from one table
 * @param length - of the output in bytes, 1 to 8160
 * @throws EncodingError `out-of-range` on any other length
 */
export function hkdfSha256(
  inputKey: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  requireBytes(inputKey, undefined, 'inputKey');
  requireBytes(salt, undefined, 'salt');
  requireBytes(info, undefined, 'info');
  requireHkdfLength(length);
  return hkdf(nobleSha256, inputKey, salt, info, length);
}

/** SHA-256 of bytes that come one piece after the other. */
export function createSha256(): IncrementalHash {
  return incremental(nobleSha256.create());
}

/** HMAC-SHA-256 of bytes that come one piece after the other. @param key - of any length */
export function createHmacSha256(key: Uint8Array): IncrementalHash {
  return incremental(hmac.create(nobleSha256, requireBytes(key, undefined, 'key')));
}

function incremental(state: {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array<ArrayBuffer>;
}): IncrementalHash {
  let isDone = false;
  const hash: IncrementalHash = {
    update(bytes) {
      requireOpen(isDone);
      state.update(requireBytes(bytes, undefined, 'bytes'));
      return hash;
    },
    digest() {
      requireOpen(isDone);
      isDone = true;
      return state.digest();
    },
  };
  return hash;
}

/** @throws EncodingError `out-of-range` unless RFC 5869 allows an output of so many bytes */
export function requireHkdfLength(length: number): void {
  if (!Number.isInteger(length) || length < 1 || length > hkdfSha256MaximumBytes) {
    throw new EncodingError('out-of-range', `HKDF-SHA-256 gives 1 to ${hkdfSha256MaximumBytes} bytes, not ${length}`);
  }
}

/** @throws EncodingError `out-of-range` where the digest was taken */
export function requireOpen(isDone: boolean): void {
  if (isDone) throw new EncodingError('out-of-range', 'this hash has given its digest; make a new one');
}
