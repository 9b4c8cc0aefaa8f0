import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * - `invalid-config`: a setting has no usable value.
 * - `not-loopback`: asked to listen where others could reach it; it refuses.
 * - `port-taken`: something else listens there.
 * - `bad-key-file`: the file with the signing keys cannot be read as one.
 * - `sign-in-refused`: the pages refused the account, the password or the code.
 * - `unexpected-page`: a page that the walk through the sign-in does not know.
 */
export type IdentityErrorCode =
  'invalid-config' | 'not-loopback' | 'port-taken' | 'bad-key-file' | 'sign-in-refused' | 'unexpected-page';

/** The demo identity provider could not start, or a walk through its pages did not arrive. */
export class IdentityError extends CofferError {
  declare readonly code: IdentityErrorCode;

  constructor(code: IdentityErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
