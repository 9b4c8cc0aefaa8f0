import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Why a browser gives no subscription.
 *
 * - `unsupported`: it has no push messages, or not in this window.
 * - `denied`: the person, or the browser, does not allow notifications of this site.
 * - `no-service`: the push service of the browser's maker gave no address.
 */
export type PushErrorCode = 'unsupported' | 'denied' | 'no-service';

/** See {@link PushErrorCode}. */
export class PushError extends CofferError {
  declare readonly code: PushErrorCode;

  constructor(code: PushErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
