import { PgBoss, type Job as BossJob } from 'pg-boss';
import {
  JobsError,
  type JobFailure,
  type JobHandler,
  type JobQueue,
  type QueueFigures,
  type WorkOptions,
} from './job-queue';
import { jobsSchema, readFailures, readFigures } from './queue-figures';

/** How pg-boss is run; times in seconds. */
export interface JobQueueOptions {
  /** PostgreSQL connection string. Holds a password: never printed. */
  readonly databaseUrl: string;
  /** Every queue that will be sent to or worked on. */
  readonly queues: readonly string[];
  /** Tries before a job is set aside. Default 8. */
  readonly retryLimit?: number;
  /** First delay between tries, doubled with jitter up to an hour. Default 2. */
  readonly retryDelaySeconds?: number;
  /** A job that runs longer is given to another worker. Default 900. */
  readonly expireSeconds?: number;
  /** How often an idle worker looks. Default 1. */
  readonly pollingSeconds?: number;
  /** Receives errors of the queue's own connections. */
  readonly onError: (error: unknown) => void;
}

/** A worker that is silent for so long is dead, and its job is given to another; pg-boss allows no less. */
const heartbeatSeconds = 10;
/** How often a process looks for jobs of dead workers. */
const superviseSeconds = 5;

interface Payload {
  readonly key: string;
}

/**
 * Opens the job queue on PostgreSQL (pg-boss, SKIP LOCKED), making its tables in the schema `jobs` where they are missing.
 *
 * @throws JobsError `jobs-unavailable` where the database does not answer
 */
export async function openJobQueue(options: JobQueueOptions): Promise<JobQueue> {
  const boss = new PgBoss({
    ...{ connectionString: options.databaseUrl, schema: jobsSchema, max: 4 },
    ...{ superviseIntervalSeconds: superviseSeconds, monitorIntervalSeconds: superviseSeconds },
  });
  boss.on('error', options.onError);
  try {
    await boss.start();
    for (const name of options.queues) await makeQueue(boss, name, options);
  } catch (cause) {
    await boss.stop({ graceful: false, close: true }).catch(() => undefined);
    throw new JobsError('jobs-unavailable', 'the job queue could not be opened: PostgreSQL does not answer', { cause });
  }
  return new PgBossQueue(boss, options);
}

async function makeQueue(boss: PgBoss, name: string, options: JobQueueOptions): Promise<void> {
  // `stately`: one job per key and state, so a key has at most one waiting and one running.
  const settings = {
    retryLimit: options.retryLimit ?? 8,
    retryDelay: options.retryDelaySeconds ?? 2,
    retryBackoff: true,
    retryDelayMax: 3600,
    expireInSeconds: options.expireSeconds ?? 900,
    heartbeatSeconds,
  };
  if ((await boss.getQueue(name)) === null) await boss.createQueue(name, { policy: 'stately', ...settings });
  else await boss.updateQueue(name, settings);
}

class PgBossQueue implements JobQueue {
  constructor(
    private readonly boss: PgBoss,
    private readonly options: JobQueueOptions,
  ) {}

  async send(
    name: string,
    key: string,
    { afterSeconds = 0 }: { readonly afterSeconds?: number } = {},
  ): Promise<boolean> {
    this.requireQueue(name);
    const sendOptions = { singletonKey: key, ...(afterSeconds > 0 ? { startAfter: afterSeconds } : {}) };
    if ((await this.boss.send(name, { key } satisfies Payload, sendOptions)) !== null) return true;
    // One waits already, perhaps for next week's look: who asks for now gets now.
    if (afterSeconds === 0) await this.boss.update(name, undefined, { singletonKey: key, startAfter: 0 });
    return false;
  }

  async work(name: string, { concurrency }: WorkOptions, handler: JobHandler): Promise<void> {
    this.requireQueue(name);
    const workOptions = { pollingIntervalSeconds: this.options.pollingSeconds ?? 1, batchSize: 1 };
    for (let worker = 0; worker < concurrency; worker++) {
      await this.boss.work<Payload>(name, workOptions, async (jobs: BossJob<Payload>[]) => {
        for (const job of jobs) {
          const againSeconds = await handler({ key: job.data.key, attempt: job.retryCount, signal: job.signal });
          if (againSeconds !== undefined) await this.send(name, job.data.key, { afterSeconds: againSeconds });
        }
      });
    }
  }

  async figures(): Promise<readonly QueueFigures[]> {
    return readFigures(this.boss, this.options.queues);
  }

  async failures(limit: number): Promise<readonly JobFailure[]> {
    return readFailures(this.boss, this.options.queues, limit);
  }

  async stop(): Promise<void> {
    await this.boss.stop({ graceful: true, close: true, timeout: 30_000 });
  }

  private requireQueue(name: string): void {
    if (!this.options.queues.includes(name)) throw new JobsError('unknown-queue', `no queue named ${name} was opened`);
  }
}
