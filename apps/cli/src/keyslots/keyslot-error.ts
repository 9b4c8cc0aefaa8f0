import { CofferError } from '@coffer/foundation';

/**
 * A change of keyslots that was asked for cannot be made.
 *
 * - `already-exists`: there is a keyslot of that kind. Nothing was changed.
 */
export class KeyslotError extends CofferError {
  declare readonly code: 'already-exists';
}
