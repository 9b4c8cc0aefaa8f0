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
export { parseBackupKeyDigits, readBackupKeyFile, type WhatsAppBackupKey } from './whatsapp/backup-key';
export { readBackupPrefix, type BackupPrefix } from './whatsapp/backup-prefix';
export { readExportChat, type ExportChat, type ExportChatOptions } from './export-chat/export-chat';
