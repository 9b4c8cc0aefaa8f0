import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What the primitives refuse.
 *
 * - `authentication-failed`: a tag does not fit its key, nonce, associated data and ciphertext. Nothing was decrypted.
 * - `malformed-message`: bytes from outside have the wrong length or encode no valid group element. Nothing was computed on them.
 * - `parameters-out-of-range`: Argon2id parameters outside the accepted ranges. Nothing was derived.
 * - `opaque-failed`: the OPAQUE library refused stored state (set-up, record, login state) that should be sound.
 */
export class CryptoError extends CofferError {
  declare readonly code: 'authentication-failed' | 'malformed-message' | 'parameters-out-of-range' | 'opaque-failed';

  constructor(code: CryptoError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
