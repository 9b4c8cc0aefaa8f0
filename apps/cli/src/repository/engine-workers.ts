import { workerFromFile, type StartWorker } from '@coffer/backup-engine/node';

/** Worker threads of the engine: a bundle of their own in `worker/`, beside the program's, whose shared code lies in `chunks/`. */
export const startEngineWorker: StartWorker = workerFromFile(
  new URL(`${import.meta.url.includes('/chunks/') ? '..' : '.'}/worker/engine-worker.mjs`, import.meta.url),
);
