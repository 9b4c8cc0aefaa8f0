import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** The dashboard's own server cannot do its part. */
export class DashboardError extends CofferError {
  declare readonly code:
    'invalid-configuration' | 'sign-in-failed' | 'not-staff' | 'session-ended' | 'identity-unreachable';

  constructor(code: DashboardError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
