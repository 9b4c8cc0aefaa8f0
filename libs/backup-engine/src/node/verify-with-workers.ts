import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { verifySnapshot, type VerifyOptions, type VerifyReport } from '../verify';
import { collectGarbage } from './collect-garbage';
import { PackMemory } from './pack-memory';
import { defaultWorkers, WorkerPool, type StartWorker } from './worker-pool';

export interface WorkerVerifyOptions extends Omit<VerifyOptions, 'checkPack' | 'packsAtOnce' | 'allocate'> {
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
  const memory = new PackMemory();
  try {
    return await verifySnapshot(repository, snapshot, {
      ...options,
      packsAtOnce: workers + 1,
      allocate: (bytes) => memory.take(bytes),
      checkPack: async (check) => {
        collectGarbage();
        const findings = await pool.run((worker) => worker.call('checkPack', check, [check.sealed.buffer]));
        memory.give(findings.memory);
        return findings;
      },
    });
  } finally {
    await pool.stop();
  }
}
