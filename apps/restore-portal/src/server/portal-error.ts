import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** The portal's own server cannot do its part. */
export class PortalError extends CofferError {
  declare readonly code: 'invalid-configuration' | 'sign-in-failed' | 'session-ended' | 'identity-unreachable';

  constructor(code: PortalError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
