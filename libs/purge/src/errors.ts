import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Why the purge machine refused. Nothing was deleted by the call that throws it.
 *
 * - `fenced-out`: another worker holds the account now; whatever this one wanted to write was refused.
 * - `conflict`: the rows changed since they were read; load them again (retryable).
 * - `illegal-transition`: a state may not follow another; a fault in this project.
 * - `conservation-broken`: what was found is not the sum of the buckets; a fault in this project.
 */
export type PurgeErrorCode = 'fenced-out' | 'conflict' | 'illegal-transition' | 'conservation-broken';

/** The purge machine, or the store of its rows, refused. */
export class PurgeError extends CofferError {
  declare readonly code: PurgeErrorCode;

  constructor(code: PurgeErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, { isRetryable: code === 'conflict', ...options });
  }
}

/**
 * What a provider of plaintext backups can answer besides doing what it was asked.
 *
 * - `absent`: the object, or this version of it, is not there.
 * - `changed`: it is there with another version or other bytes than expected.
 * - `needs-auth`: the provider refuses the credentials, also after one refresh.
 * - `access-denied`: the credentials hold, and this operation is not allowed to them.
 * - `throttled`: asked to slow down, and the budget for waiting is used up (retryable; `retryAfterMs`).
 * - `unreachable`: no answer, or a fault of the provider (retryable).
 * - `endpoint-refused`: the endpoint, its resolved address or a redirect is not on the allow-list; nothing was sent.
 * - `location-refused`: the location or path is outside of what the operator configured; nothing was read.
 */
export type ConnectorErrorCode =
  | 'absent'
  | 'changed'
  | 'needs-auth'
  | 'access-denied'
  | 'throttled'
  | 'unreachable'
  | 'endpoint-refused'
  | 'location-refused';

/** A provider of plaintext backups did not do what it was asked. The object there is as it was, as far as is known. */
export class ConnectorError extends CofferError {
  declare readonly code: ConnectorErrorCode;
  /** Not before so many milliseconds from now, where the provider says so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ConnectorErrorCode,
    message: string,
    options: CofferErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(code, message, { isRetryable: code === 'throttled' || code === 'unreachable', ...options });
    this.retryAfterMs = options.retryAfterMs;
  }
}
