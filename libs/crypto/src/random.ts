import { EncodingError } from '@coffer/foundation';

// Web Crypto hands out at most this many bytes at once.
const mostAtOnce = 65_536;

/**
 * Bytes from the platform's cryptographic generator: the one home of randomness.
 *
 * @param length - in bytes
 * @throws EncodingError `out-of-range` unless `length` is a whole number of bytes from 0 on
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new EncodingError('out-of-range', `length must be a whole number of bytes, got ${length}`);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += mostAtOnce) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + mostAtOnce, length)));
  }
  return bytes;
}
