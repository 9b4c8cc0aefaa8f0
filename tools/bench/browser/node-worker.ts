import { serveEngineWorker } from '@coffer/backup-engine/node';

serveEngineWorker({ openChats: async () => undefined });
