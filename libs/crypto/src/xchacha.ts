import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

import { requireBytes } from '@coffer/foundation';

import { CryptoError } from './errors';

/** Length of an XChaCha20-Poly1305 key in bytes. */
export const xChaChaKeyBytes = 32;
/** Length of an XChaCha20-Poly1305 nonce in bytes: long enough to be drawn at random for any number of messages. */
export const xChaChaNonceBytes = 24;
/** How many bytes the ciphertext is longer than the plaintext. */
export const xChaChaTagBytes = 16;

/**
 * Seals a small message with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).
 *
 * The cipher does not commit to its key: where two keys could be tried, the caller tells them apart before (key id).
 *
 * @param key - 32 bytes
 * @param nonce - 24 bytes, never twice with one key
 * @param plaintext - of any length
 * @param associatedData - authenticated, not sealed
 * @returns ciphertext and 16-byte tag
 * @throws EncodingError `invalid-length` on a key or nonce of another length
 */
export function sealXChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const cipher = cipherOf(key, nonce, associatedData);
  return cipher.encrypt(requireBytes(plaintext, undefined, 'plaintext'));
}

/**
 * Opens what {@link sealXChaCha} sealed.
 *
 * @param sealed - ciphertext and 16-byte tag
 * @throws CryptoError `authentication-failed`; EncodingError `invalid-length` on a key or nonce of another length
 */
export function openXChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const cipher = cipherOf(key, nonce, associatedData);
  requireBytes(sealed, undefined, 'sealed');
  try {
    return cipher.decrypt(sealed);
  } catch (cause) {
    throw new CryptoError('authentication-failed', 'the sealed bytes do not fit the key and what they are bound to', {
      cause,
    });
  }
}

function cipherOf(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): ReturnType<typeof xchacha20poly1305> {
  return xchacha20poly1305(
    requireBytes(key, xChaChaKeyBytes, 'key'),
    requireBytes(nonce, xChaChaNonceBytes, 'nonce'),
    requireBytes(associatedData, undefined, 'associatedData'),
  );
}
