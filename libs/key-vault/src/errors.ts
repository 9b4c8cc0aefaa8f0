import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** Codes are problem codes of the API (docs/wire.md). */
export type VaultErrorCode =
  | 'malformed'
  | 'not-found'
  | 'fresh-login-required'
  | 'account-owned'
  | 'wrong-owner-generation'
  | 'statement-invalid'
  | 'challenge-spent'
  | 'already-exists'
  | 'last-keyslot'
  | 'rotation-behind'
  | 'head-behind'
  | 'login-conflict'
  | 'login-expired'
  | 'wrong-guess'
  | 'superseded'
  | 'no-attempts-left'
  | 'attempt-too-early'
  | 'guesses-vetoed'
  | 'registration-expired'
  | 'new-start-not-open'
  | 'undo-pending'
  | 'too-many-registrations'
  | 'too-many-keyslots'
  | 'vault-sealed'
  | 'account-sealed'
  | 'account-closed'
  | 'anchor-behind'
  | 'rate-limited';

/**
 * The vault refuses. Thrown inside an account's transaction it rolls everything back. `fields` may carry
 * `attemptsRemaining` and `nextAttemptAtMs` (null: at once).
 */
export class VaultError extends CofferError {
  declare readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/**
 * Something that was sealed does not open, the sealing keys are not the ones that the database names, or they are out of reach.
 *
 * - `does-not-open`: moved, edited, or sealed by another key. - `unknown-epoch`: its key is gone or never was here.
 * - `key-missing`, `wrong-key`, `key-exposed`: refuse to start.
 * - `unavailable`: the token that holds the keys does not answer; nothing was sealed or opened, and it may answer later.
 * - `token-refused`: the token cannot be used as it is configured (no such module, token or mechanism, wrong PIN); staff must
 *   change something first.
 */
export class SealerError extends CofferError {
  declare readonly code:
    'does-not-open' | 'unknown-epoch' | 'key-missing' | 'wrong-key' | 'key-exposed' | 'unavailable' | 'token-refused';

  constructor(code: SealerError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, { ...options, isRetryable: options.isRetryable ?? code === 'unavailable' });
  }
}
