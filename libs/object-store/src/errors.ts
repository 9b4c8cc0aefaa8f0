import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * What a store can answer besides doing what it was asked.
 *
 * - `not-found`: no object under this key.
 * - `already-exists`: `put` met an object under this key; it was left as it is.
 * - `unreachable`: no answer, or one that a later try may better (retryable).
 * - `store-full`: no room or no quota left; nothing was left under the key.
 * - `access-denied`: the store refused these credentials, or this operation to them.
 * - `invalid-key`: not a key as `requireObjectKey` wants it; the store was not asked.
 * - `invalid-range`: the range starts past the end of the object, or is no range.
 * - `invalid-url`: not a store URL as `openObjectStore` wants it.
 * - `checksum-mismatch`: the content differs from the length or SHA-256 that was announced; nothing was left under the key.
 */
export type ObjectStoreErrorCode =
  | 'not-found'
  | 'already-exists'
  | 'unreachable'
  | 'store-full'
  | 'access-denied'
  | 'invalid-key'
  | 'invalid-range'
  | 'invalid-url'
  | 'checksum-mismatch';

/** A store could not do what it was asked. Only `unreachable` is retryable. */
export class ObjectStoreError extends CofferError {
  declare readonly code: ObjectStoreErrorCode;

  constructor(code: ObjectStoreErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, { isRetryable: code === 'unreachable', ...options });
  }
}
