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
export {
  parseBackupKeyDigits,
  readWhatsAppKeyFile,
  type WhatsAppBackupKey,
  type WhatsAppKeys,
} from './whatsapp/backup-key';
export { readBackupHeader, type BackupPrefix } from './whatsapp/backup-prefix';
export { type PhoneKeyName, type WhatsAppPhoneKey } from './whatsapp/phone-key';
export {
  parseAci,
  parseRecoveryKey,
  readForwardSecrecyToken,
  type SignalKeys,
  type SignalRecoveryKey,
} from './signal/recovery-key';
export { openSignalRecords, type SignalRecords, type SignalSource } from './signal/signal-source';
export { parseSignalPassphrase, type SignalPassphrase } from './signal-android/passphrase';
export { openChatsDocument } from './coffer-chats/chats-source';
export { type OpenBytes } from './open-bytes';
export { openTelegramExport, type TelegramOptions, type TelegramSource } from './telegram/telegram-source';
export { readExportChat, type ExportChat, type ExportChatOptions } from './export-chat/export-chat';
export { MediaBeside, type CopyMedia } from './media/media-beside';
export { type MediaFile, type MediaPlace } from './media/media-place';
export { type MessageIndex, type MessagePlace } from './search/message-index';
