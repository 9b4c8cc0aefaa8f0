export {
  identifyBackup,
  isAddressBook,
  openBackup,
  type BackupFile,
  type OpenFileOptions,
  type SqliteStarter,
} from './browser/open-backup';
export { startSqlite, type Sqlite } from './browser/sqlite';
export { createMessageIndex } from './browser/trigram-table';
