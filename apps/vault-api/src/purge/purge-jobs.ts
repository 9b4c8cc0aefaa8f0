import { allQueues, openJobQueue, queueNames, type JobQueue } from '@coffer/jobs';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { VaultParts } from '../platform/vault-parts';

/** Tells the worker that there is something to do for an account now. Without it the worker comes by itself, later. */
@Injectable()
export class PurgeJobs implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #parts: VaultParts;
  #queue: JobQueue | undefined;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { databaseUrl, log } = this.#parts;
    this.#queue = await openJobQueue({
      databaseUrl,
      queues: allQueues,
      onError: (error) => log.warn({ err: error }, 'the job queue has trouble with its connection'),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.#queue?.stop();
    this.#queue = undefined;
  }

  /** The queue, for figures; undefined before the application has started. */
  get queue(): JobQueue | undefined {
    return this.#queue;
  }

  /** Never fails: what the person asked for is in the database already, and the worker looks there too. */
  async wake(accountId: string): Promise<void> {
    try {
      await this.#queue?.send(queueNames.purge, accountId);
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the worker could not be told; it comes by itself');
    }
  }
}
