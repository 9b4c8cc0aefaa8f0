import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { verifySnapshot, type VerifyOptions, type VerifyReport } from '../verify';
import { collectGarbage } from './collect-garbage';
import { PackMemory } from './pack-memory';
import { defaultWorkers, WorkerPool, type StartWorker } from './worker-pool';

export interface WorkerVerifyOptions extends Omit<VerifyOptions, 'readPack' | 'packsAtOnce'> {
  /** Starts a worker thread whose entry calls `serveEngineWorker`. */
  readonly startWorker: StartWorker;
  readonly workers?: number;
}

/** As `verifySnapshot`, on worker threads. */
export async function verifyWithWorkers(
  repository: Repository,
  snapshot: OpenedSnapshot,
  { startWorker, workers = defaultWorkers, ...options }: WorkerVerifyOptions,
): Promise<VerifyReport> {
  const pool = new WorkerPool(startWorker, workers);
  // One more than there are workers: the next pack is fetched meanwhile.
  const packsAtOnce = workers + 1;
  const memory = new PackMemory(packsAtOnce);
  try {
    return await verifySnapshot(repository, snapshot, {
      ...options,
      packsAtOnce,
      readPack: (sealedBytes, fetch) =>
        memory.lend(sealedBytes, async (lent) => {
          const check = await fetch((bytes) => new Uint8Array(lent.memory, 0, bytes));
          collectGarbage();
          return pool.run((worker) => worker.call('checkPack', check, lent));
        }),
    });
  } finally {
    await pool.stop();
  }
}
