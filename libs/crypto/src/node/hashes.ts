import { createHash, createHmac, createSecretKey, hkdfSync } from 'node:crypto';

import { requireBytes } from '@coffer/foundation';

import { requireHkdfLength, requireOpen, type IncrementalHash } from '../hashes';

/** SHA-256 (FIPS 180-4) by OpenSSL. @returns 32 bytes */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return plain(
    createHash('sha256')
      .update(requireBytes(bytes, undefined, 'bytes'))
      .digest(),
  );
}

/** SHA-512 (FIPS 180-4) by OpenSSL. @returns 64 bytes */
export function sha512(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return plain(
    createHash('sha512')
      .update(requireBytes(bytes, undefined, 'bytes'))
      .digest(),
  );
}

/** HMAC-SHA-256 (RFC 2104) by OpenSSL. @param key - of any length @returns 32 bytes */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  // Node finds out that bytes are no key object by an exception that it throws and catches: four times as slow.
  const mac = createHmac('sha256', createSecretKey(requireBytes(key, undefined, 'key')));
  return plain(mac.update(requireBytes(message, undefined, 'message')).digest());
}

/**
 * HKDF-SHA-256 (RFC 5869) by OpenSSL.
 *
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
  return new Uint8Array(hkdfSync('sha256', inputKey, salt, info, length));
}

/** SHA-256, by OpenSSL, of bytes that come one piece after the other. */
export function createSha256(): IncrementalHash {
  const state = createHash('sha256');
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
      return plain(state.digest());
    },
  };
  return hash;
}

// A Buffer would behave unlike a Uint8Array (slice, toString, toJSON) wherever it is handed on.
function plain(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
