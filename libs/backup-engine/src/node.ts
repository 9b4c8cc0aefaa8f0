export { backUp, type BackupOptions, type BackupReport } from './node/back-up';
export { serveEngineWorker, type EngineWorkerOptions } from './node/engine-worker';
export { FileCacheInFile, type CachedFile, type CachedFiles, type FileCache } from './node/file-cache';
export { nodePlatform } from './node/platform';
export { type OpenChats } from './node/read-chats';
export { restoreSnapshot, type RestoreOptions, type RestoreReport } from './node/restore';
export { acquireRunLock, type RunLock } from './node/run-lock';
export { verifyWithWorkers, type WorkerVerifyOptions } from './node/verify-with-workers';
export { workerFromFile, type StartWorker } from './node/worker-pool';
