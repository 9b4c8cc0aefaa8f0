import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupFormat, BackupInspection, BackupPayload, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import type { ExportChat } from '../export-chat/export-chat';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import { readContactNames, type ContactNames } from '../whatsapp/msgstore/people';
import { openCrypt15 } from './crypt15-backup';
import { openExportText, openExportZip } from './export-chat-file';
import { identifyBackup } from './inspect';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';
import type { OpenBackupOptions } from './open-options';
import { collect } from './payload-bytes';

/**
 * Opens a foreign backup. What is encrypted is authenticated before this returns.
 *
 * @throws ChatFormatError `not-a-backup`, `unsupported-format`, `key-required`, `wrong-key`, `damaged`, `damaged-checksum`,
 *   `too-large`, `invalid-time-zone`
 */
export async function openBackup(path: string, options: OpenBackupOptions = {}): Promise<OpenedBackup> {
  const inspection = identifyBackup(path);
  switch (inspection.format) {
    case 'whatsapp-crypt15':
      return openCrypt15(path, inspection, options, await contactNames(options));
    case 'whatsapp-msgstore': {
      const names = await contactNames(options);
      const open = (): ChatSource => openMsgstore(openSqliteFile(path), { names });
      return plainBackup(path, inspection, open, journalWarnings(path));
    }
    case 'export-chat-text':
      return exportedChat(path, inspection, openExportText(path, options.timeZone, inspection.sizeBytes));
    case 'export-chat-zip':
      return exportedChat(path, inspection, openExportZip(path, options.timeZone));
    case 'whatsapp-contacts':
      return plainBackup(path, inspection, noChats, []);
    case 'whatsapp-crypt12':
    case 'whatsapp-crypt14':
      throw new ChatFormatError(
        'unsupported-format',
        `this is a ${inspection.format.slice('whatsapp-'.length)} backup: its key lies in the phone and on WhatsApp's servers, and a ` +
          '64-digit key does not open it. Turn on end-to-end encrypted backup in WhatsApp, back up again, and open that file.',
      );
    case 'signal-backup-v2':
    case 'signal-android-backup':
      throw new ChatFormatError(
        'unsupported-format',
        'this is a Signal backup, which this version recognises and does not open',
      );
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

const openFormats: readonly BackupFormat[] = ['whatsapp-msgstore', 'export-chat-text', 'export-chat-zip'];

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
  const warnings: readonly BackupWarning[] = chat.isDateOrderAssumed
    ? [
        {
          code: 'assumed-date-order',
          message: 'nothing in this chat tells day from month; the usual order was assumed',
        },
      ]
    : [];
  return plainBackup(path, inspection, () => chat, warnings);
}

function plainBackup(
  path: string,
  inspection: BackupInspection,
  open: () => ChatSource,
  warnings: readonly BackupWarning[],
): OpenedBackup {
  const sources: ChatSource[] = [];
  const payload: BackupPayload = {
    name: basename(path),
    sizeBytes: inspection.sizeBytes,
    chunks: () => createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>,
  };
  return {
    inspection,
    warnings,
    payload,
    chats: async () => {
      const source = open();
      sources.push(source);
      return source;
    },
    close: () => sources.forEach((source) => source.close()),
  };
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

async function contactNames({ contactsPath, key }: OpenBackupOptions): Promise<ContactNames> {
  if (contactsPath === undefined) return new Map();
  const inspection = identifyBackup(contactsPath);
  const database =
    inspection.format === 'whatsapp-crypt15'
      ? openSqliteBytes(await collect(await openCrypt15(contactsPath, inspection, key === undefined ? {} : { key })))
      : openSqliteFile(contactsPath);
  try {
    return readContactNames(database);
  } finally {
    database.close();
  }
}
