import { setTimeout as pause } from 'node:timers/promises';

import { systemClock, type Clock } from '@coffer/foundation';
import { ConnectorError } from '@coffer/purge';

import { mayPass, s3Error, s3Trouble } from './s3-trouble';

/** How patient a connector is. */
export interface RequestBudgetOptions {
  /** Tries of one request, the first included. */
  readonly maxAttempts?: number;
  /** Longest that one request may wait for its turns, in all. */
  readonly maxWaitMs?: number;
  /** First wait; doubles with each try. */
  readonly firstWaitMs?: number;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Sends the requests of one provider. After 429 and 5xx it waits, longer each time, with jitter, and never less than Retry-After says;
 * once asked to slow down, all requests of the provider do. What would wait for too long is given back, with the time to come back at.
 */
export class RequestBudget {
  readonly #options: Required<RequestBudgetOptions>;
  /** No request before this instant. */
  #notBeforeMs = 0;

  constructor(options: RequestBudgetOptions) {
    this.#options = { maxAttempts: 6, maxWaitMs: 30_000, firstWaitMs: 200, clock: systemClock, ...options };
  }

  /** @throws ConnectorError */
  async send<T>(request: () => Promise<T>): Promise<T> {
    const { maxAttempts, maxWaitMs, clock } = this.#options;
    const latestMs = clock.nowMs() + maxWaitMs;
    for (let attempt = 1; ; attempt++) {
      await this.#turn(latestMs);
      try {
        return await request();
      } catch (error) {
        if (!mayPass(error)) throw s3Error(error);
        const waitMs = this.#wait(error, attempt);
        if (attempt >= maxAttempts || clock.nowMs() + waitMs > latestMs) throw s3Error(error);
        await pause(waitMs);
      }
    }
  }

  async #turn(latestMs: number): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const waitMs = this.#notBeforeMs - clock.nowMs();
      if (waitMs <= 0) return;
      if (this.#notBeforeMs > latestMs) {
        throw new ConnectorError('throttled', 'the provider asks to slow down', { retryAfterMs: waitMs });
      }
      await pause(waitMs);
    }
  }

  #wait(error: unknown, attempt: number): number {
    const { firstWaitMs, clock, random } = this.#options;
    const { status, retryAfterMs } = s3Trouble(error);
    const waitMs = Math.max(retryAfterMs ?? 0, firstWaitMs * 2 ** (attempt - 1) * (0.5 + random() / 2));
    if (status === 429 || status === 503) this.#notBeforeMs = Math.max(this.#notBeforeMs, clock.nowMs() + waitMs);
    return waitMs;
  }
}
