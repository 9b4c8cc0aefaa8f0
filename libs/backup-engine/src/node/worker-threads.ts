import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { StartWorker } from '../workers/worker-thread';

/**
 * How many threads work unless told. Two keep a disk or a line busy, and each more takes some 45 MB: a pack, a heap, and what the
 * allocator keeps (docs/operations/engine-memory.md).
 */
export const defaultWorkers = Math.min(2, availableParallelism());

/** Runs a worker from a file. Young generations are small: what workers allocate lives long or not at all. */
export function workerFromFile(entry: URL): StartWorker {
  return () => new Worker(entry, { resourceLimits: { maxYoungGenerationSizeMb: 8 } });
}
