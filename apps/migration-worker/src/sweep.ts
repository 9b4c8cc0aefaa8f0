import type { PurgeStore } from '@coffer/database';
import { queueNames, wholeDeployment, type JobQueue } from '@coffer/jobs';
import type { Logger } from '@coffer/observability';
import type { WorkerMetrics } from './worker-metrics';

export interface SweepParts {
  readonly store: Pick<PurgeStore, 'claimedAccounts' | 'unseenAccounts'>;
  readonly queue: JobQueue;
  readonly metrics: WorkerMetrics;
  readonly log: Logger;
}

/** How often accounts are looked for that were claimed since. */
const unseenEveryMs = 5_000;
const accountsAtOnce = 1_000;
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
      await this.#send(await store.unseenAccounts(accountsAtOnce), 0);
      if (performance.now() - this.#everyoneAtMs >= everyoneEveryMs) {
        await this.#sendEveryone();
        await queue.send(queueNames.storageCount, wholeDeployment, { afterSeconds: 1 });
        this.#everyoneAtMs = performance.now();
      }
      metrics.jobs(await queue.figures());
    } catch (error) {
      log.warn({ err: error }, 'looking for new accounts failed; it is tried again');
    }
  }

  /** A second later, not at once: this leaves alone whoever has a job that waits for its time. */
  async #sendEveryone(): Promise<void> {
    let after: string | null = null;
    do {
      const page: readonly string[] = await this.#parts.store.claimedAccounts(after, accountsAtOnce);
      await this.#send(page, 1);
      after = page.length < accountsAtOnce ? null : (page.at(-1) ?? null);
    } while (after !== null && !this.#isStopping);
  }

  async #send(accounts: readonly string[], afterSeconds: number): Promise<void> {
    for (const accountId of accounts) {
      if (this.#isStopping) return;
      await this.#parts.queue.send(queueNames.purge, accountId, { afterSeconds });
    }
  }
}
