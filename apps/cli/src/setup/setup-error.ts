import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * The set-up stops before it does something that cannot be taken back.
 *
 * - `declined`: the person did not agree.
 * - `weak-password`: the password would not withstand guessing.
 * - `unreadable-backup`: there are backups under another key; a new key would never open them.
 */
export class SetupError extends CofferError {
  declare readonly code: 'declined' | 'weak-password' | 'unreadable-backup';

  constructor(code: SetupError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
