export {
  backupFormats,
  keysWanted,
  type BackupFormat,
  type BackupInspection,
  type BackupPayload,
  type BackupWarning,
  type KeyWanted,
  type OpenedBackup,
} from './backup';
export { ChatFormatError } from './errors';
