import { availableParallelism } from 'node:os';
import { createOpaqueServer, VaultError, type OpaqueServer } from '@coffer/key-vault';
import { Piscina } from 'piscina';
import { unpackReply, type OpaqueReply } from './opaque-reply';
import type { OpaqueWorkerData } from './opaque-worker-data';

/** An OPAQUE server half on threads of its own, and their end. */
export interface OpaquePool extends OpaqueServer {
  close(): Promise<void>;
}

export interface OpaquePoolOptions extends OpaqueWorkerData {
  /** The built opaque-worker. */
  readonly entry: URL;
  readonly threads: number;
}

/** Evaluations that wait for each thread at most: about half a second of work. More are refused, none is queued for ever. */
const waitingPerThread = 512;

/** How many threads evaluate unless told: one for each core, four at most, since a database must keep up with them. */
export const defaultOpaqueThreads = Math.max(1, Math.min(4, availableParallelism()));

/**
 * OPAQUE on a pool of threads: an evaluation takes a millisecond of one core, in which the event loop would serve nobody. The end of
 * a login is one comparison of macs, for which handing it over would cost more than doing it.
 *
 * Its methods throw what those of one thread do, and VaultError `rate-limited` where too many evaluations wait already; a
 * counted login that met it can be resumed.
 */
export function createOpaquePool({ setup, publicKey, entry, threads }: OpaquePoolOptions): OpaquePool {
  const pool = new Piscina({
    filename: entry.href,
    // One that is ready; the others come with the first load and stay.
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: Infinity,
    maxQueue: threads * waitingPerThread,
    workerData: { setup, publicKey },
  });
  const here = createOpaqueServer(setup, publicKey);
  const run = async <Value>(name: 'evaluateRegistration' | 'startLogin', input: readonly unknown[]): Promise<Value> => {
    if (pool.queueSize >= pool.options.maxQueue) {
      throw new VaultError('rate-limited', 'too many guesses at once; try again in a moment', { isRetryable: true });
    }
    return unpackReply((await pool.run(input, { name })) as OpaqueReply<Value>);
  };
  return {
    publicKey,
    evaluateRegistration: (...input) => run('evaluateRegistration', input),
    startLogin: (...input) => run('startLogin', input),
    finishLogin: (...input) => here.finishLogin(...input),
    close: () => pool.close({ force: true }),
  };
}

/** Where the build puts the threads' entry: beside main.mjs. Shared code lies in a folder below. */
export const builtOpaqueWorker = new URL(
  import.meta.url.includes('/chunks/') ? '../opaque-worker.mjs' : './opaque-worker.mjs',
  import.meta.url,
);
