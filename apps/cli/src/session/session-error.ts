import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Signing in did not come to an end, or what it gave is no longer good.
 *
 * - `not-signed-in`: nobody has signed in from this home.
 * - `sign-in-expired`: the identity provider gives no further tokens for the sign-in of this home.
 * - `sign-in-refused`: the person, or the identity provider, turned the device away.
 * - `sign-in-timed-out`: nobody approved the device in time.
 * - `unreachable`: the identity provider does not answer.
 * - `identity-invalid`: what answers is no identity provider that this device can use.
 * - `busy`: another run of this home holds the session for too long.
 */
export class SessionError extends CofferError {
  declare readonly code:
    | 'not-signed-in'
    | 'sign-in-expired'
    | 'sign-in-refused'
    | 'sign-in-timed-out'
    | 'unreachable'
    | 'identity-invalid'
    | 'busy';

  constructor(code: SessionError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
