import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * A purge does not go on, or not as far as it was asked to. No plaintext was deleted that a proof does not cover.
 *
 * - `declined`: the person did not agree.
 * - `still-waiting`: the time is over and objects wait; fields count them.
 * - `not-listed`: the worker has not listed or hashed everything in time.
 * - `not-found`: no found copy has this id or path.
 * - `not-proven`: objects changed while they were taken in or proven; run the command again.
 */
export class PurgeError extends CofferError {
  declare readonly code: 'declined' | 'still-waiting' | 'not-found' | 'not-listed' | 'not-proven';

  constructor(code: PurgeError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
