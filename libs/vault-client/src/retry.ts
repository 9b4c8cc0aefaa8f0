import { randomBytes } from '@coffer/crypto';

import { VaultClientError } from './client-error';

/** How often, and how patiently, a call is repeated. */
export interface RetryPolicy {
  /** Tries in all; 1 = never repeat. */
  readonly tries: number;
  /** Upper limit of the first wait, in milliseconds; it doubles with every try. */
  readonly firstWaitMs: number;
  /** Upper limit of any wait that is not asked for by Retry-After, in milliseconds. */
  readonly longestWaitMs: number;
  /** A Retry-After beyond this is not waited for: the caller gets the error, in milliseconds. */
  readonly longestRetryAfterMs: number;
}

/** Four tries within a few seconds. */
export const defaultRetryPolicy: RetryPolicy = {
  tries: 4,
  firstWaitMs: 250,
  longestWaitMs: 5_000,
  longestRetryAfterMs: 30_000,
};

/**
 * How long to wait before a call is tried again; undefined where it must not be.
 *
 * An act that is not idempotent is repeated only where the vault said that it was turned away unseen (`rate-limited`).
 *
 * @param failedTries - how many tries have failed so far, from 1
 * @param random - from 0 inclusive to 1 exclusive; jitter over the whole wait
 */
export function retryWaitMs(
  error: VaultClientError,
  isIdempotent: boolean,
  failedTries: number,
  policy: RetryPolicy,
  random: () => number = randomFraction,
): number | undefined {
  if (failedTries >= policy.tries || !error.isRetryable) return undefined;
  if (!isIdempotent && error.code !== 'rate-limited') return undefined;
  const backOffMs = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (failedTries - 1));
  if (error.retryAfterSeconds === undefined) return Math.floor(random() * backOffMs);
  const askedMs = error.retryAfterSeconds * 1000;
  // All who were turned away at once shall not come back at once.
  return askedMs > policy.longestRetryAfterMs ? undefined : askedMs + Math.floor(random() * policy.firstWaitMs);
}

/** Waits. @throws VaultClientError `aborted` as soon as the signal says so */
export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const onAbort = () => reject(new VaultClientError('aborted', 'the call was ended by its caller'));
  if (signal?.aborted === true) onAbort();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function randomFraction(): number {
  return new DataView(randomBytes(4).buffer).getUint32(0) / 2 ** 32;
}
