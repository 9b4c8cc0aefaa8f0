import { CofferError } from '@coffer/foundation';

/**
 * Work that is done later, at least once, by any worker: handlers must be idempotent. One job of a name waits, and one runs,
 * per key (an account id); sending while one waits changes nothing.
 */
export interface JobQueue {
  /**
   * Without `afterSeconds` the job runs as soon as a worker is free, also where one of that key waits for a later time.
   *
   * @returns whether a job was added; false where one of that key waits already
   */
  send(name: string, key: string, options?: { readonly afterSeconds?: number }): Promise<boolean>;
  /** Takes jobs of a name until the queue is stopped. A handler that throws is tried again with back-off, then set aside. */
  work(name: string, options: WorkOptions, handler: JobHandler): Promise<void>;
  /** Counts of every queue, for metrics and the dashboard. */
  figures(): Promise<readonly QueueFigures[]>;
  /** Jobs that were set aside, last first, at most `limit`. */
  failures(limit: number): Promise<readonly JobFailure[]>;
  /** Lets running handlers end (at most 30 s), then closes its connections. */
  stop(): Promise<void>;
}

/** What a handler gets; `signal` fires when the job's time is up or the queue stops. */
export interface Job {
  readonly key: string;
  /** 0 on the first try. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Returns after how many seconds the same key is to be worked on again, or undefined for not at all. */
export type JobHandler = (job: Job) => Promise<number | undefined>;

export interface WorkOptions {
  /** How many jobs of this name one process works on at a time. */
  readonly concurrency: number;
}

export interface QueueFigures {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  /** Tried as often as allowed and set aside; staff may retry. */
  readonly failed: number;
  /** Done, and not forgotten yet. */
  readonly completed: number;
  /** When the job that waits longest was, or will be, due. */
  readonly oldestWaitingAtMs: number | null;
  readonly lastCompletedAtMs: number | null;
}

/** One job that was set aside. */
export interface JobFailure {
  readonly jobId: string;
  /** Of its queue. */
  readonly name: string;
  readonly failedAtMs: number;
  readonly attempts: number;
  /** Of the error that it ended with; `unknown` where it had none. */
  readonly code: string;
}

/** @see CofferError */
export class JobsError extends CofferError {
  declare readonly code: 'jobs-unavailable' | 'unknown-queue';

  constructor(code: JobsError['code'], message: string, options: { readonly cause?: unknown } = {}) {
    super(code, message, { ...options, isRetryable: code === 'jobs-unavailable' });
  }
}
