import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { openChatsDocument } from '../coffer-chats/chats-source';
import { openTelegramExport, type TelegramOptions } from '../telegram/telegram-source';
import { telegramWarnings } from '../telegram/telegram-warnings';
import { plainBackup } from './plain-backup';
import { openByteSource } from './zip-file';

/** The JSON export of Telegram Desktop. */
export function openTelegramFile(path: string, inspection: BackupInspection, options: TelegramOptions): OpenedBackup {
  const warnings: BackupWarning[] = [];
  const open = () => {
    const source = openTelegramExport(openByteSource(path), options);
    warnings.splice(0, warnings.length, ...telegramWarnings(source));
    return source;
  };
  return plainBackup(path, inspection, open, warnings);
}

/** A document that Coffer wrote, or another program in the same form. */
export function openChatsFile(path: string, inspection: BackupInspection): OpenedBackup {
  return plainBackup(path, inspection, () => openChatsDocument(openByteSource(path)));
}
