import type { PurgeStore } from '@coffer/database';
import type { JobQueue } from '@coffer/jobs';
import type { Logger } from '@coffer/observability';
import type { WorkerMetrics } from './worker-metrics';

/** Queue of the purge; one job per account. vault-api sends to it too, when a person has done something. */
export const purgeQueue = 'purge';

export interface SweepParts {
  readonly store: Pick<PurgeStore, 'claimedAccounts' | 'unseenAccounts'>;
  readonly queue: JobQueue;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
}

/** How often accounts are looked for that were claimed since. */
const unseenEveryMs = 5_000;
const unseenAtOnce = 1_000;
/** How often every account gets a job where it has none: one that was set aside, or lost with a restored database. */
const everyoneEveryMs = 3_600_000;

/**
 * Sees to it that every claimed account is looked after: its plaintext is found before anybody has asked for a purge. An account
 * that has a job waiting keeps it, with its time.
 */
export class Sweep {
  readonly #parts: SweepParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #everyoneAtMs = -Infinity;
  #isStopping = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#round().finally(() => {
      if (!this.#isStopping) this.#timer = setTimeout(() => this.start(), unseenEveryMs);
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    const { store, queue, metrics, log } = this.#parts;
    try {
      await this.#send(await store.unseenAccounts(unseenAtOnce), 0);
      if (performance.now() - this.#everyoneAtMs >= everyoneEveryMs) {
        // A second later, not at once: this leaves alone whoever has a job that waits for its time.
        await this.#send(await store.claimedAccounts(), 1);
        this.#everyoneAtMs = performance.now();
      }
      metrics.jobs(await queue.figures());
    } catch (error) {
      log.warn({ err: error }, 'looking for new accounts failed; it is tried again');
    }
  }

  async #send(accounts: readonly string[], afterSeconds: number): Promise<void> {
    for (const accountId of accounts) {
      if (this.#isStopping) return;
      await this.#parts.queue.send(purgeQueue, accountId, { afterSeconds });
    }
  }
}
