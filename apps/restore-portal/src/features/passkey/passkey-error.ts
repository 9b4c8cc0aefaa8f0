import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What may come of asking the browser for a passkey.
 *
 * - `cancelled`: the person closed the browser's question, or did not answer it in time; browsers do not tell which.
 * - `known`: the authenticator holds a passkey of this backup already.
 * - `no-prf`: the authenticator, or the browser, cannot give the secret that a backup is sealed with.
 * - `unsupported`: no passkeys in this browser, at this address, or none that verifies the person.
 */
export class PasskeyError extends CofferError {
  declare readonly code: PasskeyErrorCode;

  constructor(code: PasskeyErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/** See {@link PasskeyError}. */
export type PasskeyErrorCode = 'cancelled' | 'known' | 'no-prf' | 'unsupported';
