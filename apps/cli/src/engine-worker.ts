import { serveEngineWorker } from '@coffer/backup-engine/node';
import { openChatSource } from '@coffer/chat-formats/node';

serveEngineWorker({ openChats: (path) => openChatSource(path) });
