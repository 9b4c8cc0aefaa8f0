import { serveEngineWorker } from '@coffer/backup-engine/node';

serveEngineWorker({
  // Restoring and verifying read no chats, and most files hold none: what reads them, SQLite included, comes with the first.
  openChats: async (path) => (await import('@coffer/chat-formats/node')).openChatSource(path),
});
