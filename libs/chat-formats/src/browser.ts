export { identifyBackup, openBackup, type BackupFile, type SqliteStarter } from './browser/open-backup';
export { startSqlite, type Sqlite } from './browser/sqlite';
