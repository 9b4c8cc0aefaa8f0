import { requireArgon2Parameters, type Argon2Parameters } from '@coffer/crypto';
import { EncodingError, requireBytes } from '@coffer/foundation';

/**
 * Argon2id version 1.3 (RFC 9106) without secret and associated data. The Node half runs OpenSSL's, the browser half hash-wasm.
 *
 * @param password - of any length
 * @param salt - 8 to 64 bytes
 * @param parameters - within `argon2Ranges` of `@coffer/crypto`, checked before any derivation
 * @param length - of the result in bytes, 16 to 64
 * @throws CryptoError `parameters-out-of-range`; EncodingError `out-of-range`, `invalid-length`
 */
export type Argon2id = (
  password: Uint8Array,
  salt: Uint8Array,
  parameters: Argon2Parameters,
  length: number,
) => Promise<Uint8Array<ArrayBuffer>>;

/** The checks that both halves make first. @returns the parameters, checked */
export function requireArgon2Input(
  password: Uint8Array,
  salt: Uint8Array,
  parameters: Argon2Parameters,
  length: number,
): Argon2Parameters {
  const checked = requireArgon2Parameters(parameters);
  requireBytes(password, undefined, 'password');
  requireBytes(salt, undefined, 'salt');
  if (salt.length < 8 || salt.length > 64) throw new EncodingError('invalid-length', 'salt must have 8 to 64 bytes');
  if (!Number.isInteger(length) || length < 16 || length > 64) {
    throw new EncodingError('out-of-range', 'Argon2id gives 16 to 64 bytes here');
  }
  return checked;
}
