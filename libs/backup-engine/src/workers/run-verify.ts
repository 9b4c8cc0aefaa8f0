import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { verifySnapshot, type VerifyOptions, type VerifyReport } from '../verify';
import { PackMemory } from './pack-memory';
import { WorkerPool } from './worker-pool';
import type { EngineWorkers } from './worker-thread';

/** Options of a verification on workers. */
export interface VerifyRunOptions extends Omit<VerifyOptions, 'readPack' | 'packsAtOnce'>, EngineWorkers {}

/** As {@link VerifyRunOptions}, for programs. */
export interface WorkerVerifyOptions extends Omit<VerifyRunOptions, 'workers'> {
  /** Workers at most; 2 unless told, or 1 where there is one processor. */
  readonly workers?: number;
}

/** As `verifySnapshot`, on workers. */
export async function runVerify(
  repository: Repository,
  snapshot: OpenedSnapshot,
  { startWorker, workers, ...options }: VerifyRunOptions,
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
          repository.access.platform.collectGarbage('minor');
          return pool.run((worker) => worker.call('checkPack', check, lent));
        }),
    });
  } finally {
    await pool.stop();
  }
}
