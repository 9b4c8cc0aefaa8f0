import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupFormat, BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import type { ExportChat } from '../export-chat/export-chat';
import { exportWarnings } from '../export-chat/export-warnings';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import { msgstoreWarnings } from '../whatsapp/msgstore/msgstore-warnings';
import { readContactNames, type ContactNames } from '../whatsapp/msgstore/people';
import { looksLikeVCards, readVCardNames } from '../whatsapp/vcard-names';
import { openCrypt } from './crypt-backup';
import { openExportText, openExportZip } from './export-chat-file';
import { readFileStart } from './first-bytes';
import { identifyBackup, inspectLegacySignal } from './inspect';
import { openChatsFile, openTelegramFile } from './json-backup';
import { openSignalAndroid } from './signal-android-backup';
import { openSignal } from './signal-backup';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';
import type { OpenBackupOptions } from './open-options';
import { collect } from './payload-bytes';
import { plainBackup } from './plain-backup';
import { openByteSource } from './zip-file';

/**
 * Opens a foreign backup. What is encrypted is authenticated before this returns.
 *
 * @throws ChatFormatError `not-a-backup`, `unsupported-format`, `key-required`, `wrong-key`, `damaged`, `damaged-checksum`,
 *   `too-large`, `invalid-time-zone`
 */
export async function openBackup(path: string, options: OpenBackupOptions = {}): Promise<OpenedBackup> {
  const inspection = identifyForOpening(path, options);
  switch (inspection.format) {
    case 'whatsapp-crypt12':
    case 'whatsapp-crypt14':
    case 'whatsapp-crypt15':
      return openCrypt(path, inspection, options, await contactNames(options));
    case 'whatsapp-msgstore': {
      const names = await contactNames(options);
      const ofFile = journalWarnings(path);
      const warnings = [...ofFile];
      const open = (): ChatSource => {
        const source = openMsgstore(openSqliteFile(path), { names });
        warnings.splice(0, warnings.length, ...ofFile, ...msgstoreWarnings(source));
        return source;
      };
      return plainBackup(path, inspection, open, warnings);
    }
    case 'export-chat-text':
      return exportedChat(path, inspection, openExportText(path, options.timeZone));
    case 'export-chat-zip':
      return exportedChat(path, inspection, await openExportZip(path, options.timeZone));
    case 'whatsapp-contacts':
      return plainBackup(path, inspection, noChats);
    case 'signal-backup-v2':
      return openSignal(path, inspection, options);
    case 'signal-android-backup':
      return openSignalAndroid(path, inspection, options);
    case 'telegram-export':
      return openTelegramFile(path, inspection, zoneOf(options));
    case 'coffer-chats':
      return openChatsFile(path, inspection);
  }
}

/** The older form of a Signal backup has no mark: it is tried where the keys of one were given. */
function identifyForOpening(path: string, { signalKeys }: OpenBackupOptions): BackupInspection {
  try {
    return identifyBackup(path);
  } catch (error) {
    const isUnmarked = error instanceof ChatFormatError && error.code === 'not-a-backup' && signalKeys !== undefined;
    const inspection = isUnmarked ? inspectLegacySignal(path) : undefined;
    if (inspection === undefined) throw error;
    return inspection;
  }
}

/**
 * The conversations of a file that needs no key, for backing them up; undefined where the file is no chat history. A text
 * is only taken for one if its name says so: logs look alike.
 *
 * @throws ChatFormatError `damaged`, `too-large` where the file is a chat history that cannot be read
 */
export async function openChatSource(
  path: string,
  options: Pick<OpenBackupOptions, 'contactsPath' | 'timeZone'> = {},
): Promise<ChatSource | undefined> {
  const format = formatOf(path);
  if (format === undefined || !openFormats.includes(format)) return undefined;
  if (format === 'export-chat-text' && !/chat/i.test(basename(path))) return undefined;
  return (await openBackup(path, options)).chats();
}

const openFormats: readonly BackupFormat[] = [
  'whatsapp-msgstore',
  'export-chat-text',
  'export-chat-zip',
  'telegram-export',
  'coffer-chats',
];

const zoneOf = ({ timeZone }: OpenBackupOptions): { readonly timeZone?: string } =>
  timeZone === undefined ? {} : { timeZone };

function formatOf(path: string): BackupFormat | undefined {
  try {
    return identifyBackup(path).format;
  } catch (error) {
    if (error instanceof ChatFormatError) return undefined;
    throw error;
  }
}

const noChats = (): never => {
  throw new ChatFormatError('no-chats', 'this file holds contacts and no conversations');
};

function exportedChat(path: string, inspection: BackupInspection, chat: ExportChat): OpenedBackup {
  return { ...plainBackup(path, inspection, () => chat, exportWarnings(chat)), close: () => chat.close() };
}

/** SQLite is told to read the file alone, so what only its log holds is not seen. */
function journalWarnings(path: string): readonly BackupWarning[] {
  const journal = `${path}-wal`;
  if (!existsSync(journal) || statSync(journal).size === 0) return [];
  return [
    {
      code: 'unread-journal',
      message:
        'beside this database lies a -wal file with newer changes, which are not read; close the app that writes it',
    },
  ];
}

async function contactNames({ contactsPath, key, phoneKey }: OpenBackupOptions): Promise<ContactNames> {
  if (contactsPath === undefined) return new Map();
  const start = readFileStart(contactsPath);
  if (looksLikeVCards(start.firstBytes)) return addressBookNames(contactsPath);
  const inspection = identifyBackup(contactsPath);
  const keys = { ...(key ? { key } : {}), ...(phoneKey ? { phoneKey } : {}) };
  const database = inspection.format.startsWith('whatsapp-crypt')
    ? openSqliteBytes(await collect(await openCrypt(contactsPath, inspection, keys)))
    : openSqliteFile(contactsPath);
  try {
    return readContactNames(database);
  } finally {
    database.close();
  }
}

function addressBookNames(path: string): ContactNames {
  const source = openByteSource(path);
  try {
    return readVCardNames(source);
  } finally {
    source.close();
  }
}
