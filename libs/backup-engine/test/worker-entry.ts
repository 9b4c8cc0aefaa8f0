import { serveEngineWorker } from '../src/node';
import { openChatSource } from '@coffer/chat-formats/node';

serveEngineWorker({ openChats: (path) => openChatSource(path) });
