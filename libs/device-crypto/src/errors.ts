import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What the device's cryptography refuses. No message and no field holds a digit, a password or a key.
 *
 * Keyring and sealed backup key:
 * - `wrong-key`: the bytes say that another backup key sealed them (the key ids differ). Nothing was decrypted.
 * - `damaged`: the right key, but the bytes were changed, cut or moved. Nothing was returned.
 * - `unsupported-version`: sound, but of a version or with a mandatory feature that this program does not know.
 *
 * Chunked encryption:
 * - `commitment-mismatch`: the first 56 bytes do not fit this key and context: another key, another object, or damage there.
 * - `piece-damaged`: a piece does not authenticate; field `piece` counts from 0. Other pieces may still open. Bytes added after
 *   the final piece show as damage of the last one.
 * - `truncated`: the end is missing, or the length is none that sealing can give.
 * - `out-of-range`: the caller asked for bytes beyond the end.
 *
 * 64-digit text:
 * - `illegal-character`: field `position` counts characters of the text from 1.
 * - `wrong-digit-count`: fields `digits` and `expected`.
 * - `row-check-failed`: the two check letters do not fit their row; field `row` counts from 1.
 *
 * Passkey keyslots:
 * - `wrong-passkey`: what the passkey gave does not open the wrap: another passkey, account or place, or changed bytes.
 *
 * Password keyslots:
 * - `invalid-password`: the password has no OpaqueString form; field `reason`.
 * - `wrong-password`: the server's answer does not open with this password.
 * - `server-key-mismatch`: the server's static public key is not the pinned one. A hard stop: nothing may be sent any more.
 * - `malformed-message`: the server's bytes are no OPAQUE message.
 */
export class DeviceCryptoError extends CofferError {
  declare readonly code: DeviceCryptoErrorCode;

  constructor(code: DeviceCryptoErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/** See {@link DeviceCryptoError}. */
export type DeviceCryptoErrorCode =
  | 'wrong-key'
  | 'damaged'
  | 'unsupported-version'
  | 'commitment-mismatch'
  | 'piece-damaged'
  | 'truncated'
  | 'out-of-range'
  | 'illegal-character'
  | 'wrong-digit-count'
  | 'row-check-failed'
  | 'invalid-password'
  | 'wrong-password'
  | 'wrong-passkey'
  | 'server-key-mismatch'
  | 'malformed-message';
