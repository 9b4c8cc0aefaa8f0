import { cbc, ctr } from '@noble/ciphers/aes.js';
import { requireBytes } from '@coffer/foundation';

/** Bytes of a block of AES. */
export const aesBlockBytes = 16;

/** Decrypts or encrypts the next bytes of a stream. */
export type CipherStream = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;

/**
 * AES-256 in counter mode (NIST SP 800-38A, section 6.5) over bytes that come in pieces of any length. It authenticates nothing: for
 * foreign formats that authenticate by themselves.
 *
 * @param key - 32 bytes
 * @param counter - 16 bytes, the first counter block; the whole of it counts, the highest byte first
 */
export function createAesCtr(key: Uint8Array, counter: Uint8Array): CipherStream {
  requireBytes(key, 32, 'key');
  requireBytes(counter, aesBlockBytes, 'counter');
  let done = 0;
  return (bytes) => {
    const skipped = done % aesBlockBytes;
    const padded = new Uint8Array(skipped + bytes.length);
    padded.set(bytes, skipped);
    const stream = ctr(key, counterAfter(counter, Math.floor(done / aesBlockBytes)));
    done += bytes.length;
    return new Uint8Array(stream.encrypt(padded).subarray(skipped));
  };
}

/**
 * Decrypts AES-256 in CBC mode (NIST SP 800-38A, section 6.2) over pieces of whole blocks. Padding is left in place.
 *
 * @param key - 32 bytes
 * @param iv - 16 bytes
 */
export function createAesCbcDecryption(key: Uint8Array, iv: Uint8Array): CipherStream {
  requireBytes(key, 32, 'key');
  let previous: Uint8Array = new Uint8Array(requireBytes(iv, aesBlockBytes, 'iv'));
  return (bytes) => {
    if (bytes.length === 0) return new Uint8Array();
    const plain = cbc(key, previous, { disablePadding: true }).decrypt(bytes);
    previous = new Uint8Array(bytes.subarray(-aesBlockBytes));
    return new Uint8Array(plain);
  };
}

function counterAfter(counter: Uint8Array, blocks: number): Uint8Array {
  const next = new Uint8Array(counter);
  let carry = blocks;
  for (let at = next.length - 1; at >= 0 && carry > 0; at--) {
    carry += next[at]!;
    next[at] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return next;
}
