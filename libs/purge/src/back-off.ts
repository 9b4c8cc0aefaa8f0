import { CofferError } from '@coffer/foundation';

import { ConnectorError } from './errors';
import type { PurgeSettings } from './settings';

/**
 * How long to wait after a failed try: doubling, jittered, never less than the provider asked for.
 *
 * @param attempts - failed tries in a row, from 1
 * @param random - uniform in [0, 1)
 * @returns milliseconds, whole
 */
export function backOffMs(attempts: number, error: unknown, settings: PurgeSettings, random: () => number): number {
  const doubled = Math.min(settings.backOffMaxMs, settings.backOffMs * 2 ** Math.min(attempts - 1, 30));
  const jittered = Math.round(doubled * (0.5 + random() / 2));
  const asked = error instanceof ConnectorError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(jittered, asked);
}

/** Whether waiting may mend it; what it does not mend ends as `failed` after some tries. */
export function isPassing(error: unknown): boolean {
  return error instanceof CofferError && error.isRetryable;
}
