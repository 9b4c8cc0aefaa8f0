import { workerFromFile, type StartWorker } from '@coffer/backup-engine/node';

/** Worker threads of the engine: the second bundle of this program, beside the first; shared code lies in `chunks/`. */
export const startEngineWorker: StartWorker = workerFromFile(
  new URL(import.meta.url.includes('/chunks/') ? '../engine-worker.mjs' : './engine-worker.mjs', import.meta.url),
);
