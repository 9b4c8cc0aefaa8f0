import { identifyFile, identifyLastBytes } from '@coffer/file-kinds';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { describeLegacySignal, inspectionOf, type FileStart } from '../describe-backup';
import { openChatsDocument } from '../coffer-chats/chats-source';
import { ChatFormatError } from '../errors';
import type { ExportChat } from '../export-chat/export-chat';
import { exportWarnings } from '../export-chat/export-warnings';
import { readExportText, readExportZip } from '../export-chat/export-zip';
import { bytesInMemory, type OpenBytes } from '../open-bytes';
import type { MediaPlace } from '../media/media-place';
import { zipMediaPlace } from '../media/zip-media-place';
import type { OpenOptions } from '../open-options';
import { openTelegramExport } from '../telegram/telegram-source';
import { telegramWarnings } from '../telegram/telegram-warnings';
import { backupPrefixLimit } from '../whatsapp/backup-prefix';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import { msgstoreWarnings } from '../whatsapp/msgstore/msgstore-warnings';
import { readContactNames, type ContactNames } from '../whatsapp/msgstore/people';
import { openCryptContent } from '../whatsapp/opened-crypt';
import { looksLikeVCards, readVCardNames } from '../whatsapp/vcard-names';
import type { ByteSource, ZipEntry } from '../zip/zip-directory';
import { crc32 } from './crc32';
import { openCryptBytes } from './crypt-bytes';
import { databaseLimitBytes, openPayloadDatabase } from './payload-database';
import type { Sqlite } from './sqlite';
import { openSignal, openSignalAndroid } from './signal-backups';
import { webCiphers } from './web-platform';
import { openZipSource } from './zip-source';

/** A file that a person chose: its name, and bytes that are read where and when they are wanted. */
export interface BackupFile extends ByteSource {
  readonly name: string;
}

/** As in the Node half, with a file in the place of a path. */
export interface OpenFileOptions extends OpenOptions {
  /** A wa.db, a wa.db.crypt15 (under the same key) or an address book (.vcf), for the names of people in WhatsApp's databases. */
  readonly contacts?: BackupFile;
}

/** Starts SQLite when it is first needed: an exported chat never wants it. */
export type SqliteStarter = () => Promise<Sqlite>;

/**
 * `identifyBackup` of the Node half.
 *
 * @param isLegacySignal - take a file without any mark for a Signal backup of the older form, where it can be one
 * @throws ChatFormatError `not-a-backup`, `damaged`
 */
export async function identifyBackup(
  file: BackupFile,
  sqlite: SqliteStarter,
  isLegacySignal = false,
): Promise<BackupInspection> {
  const start = readStart(file);
  const database = start.kind === 'sqlite' ? await openPlainDatabase(file, sqlite) : undefined;
  try {
    return inspectionOf(start, {
      database: () => database!,
      zip: () => openZipSource(file),
      bytes: () => bytesOf(file),
    });
  } catch (error) {
    const isUnmarked = isLegacySignal && error instanceof ChatFormatError && error.code === 'not-a-backup';
    const legacy = isUnmarked ? describeLegacySignal(start) : undefined;
    if (legacy === undefined) throw error;
    return legacy;
  }
}

/**
 * Opens a foreign backup. What is encrypted is authenticated before this returns.
 *
 * @throws ChatFormatError `not-a-backup`, `unsupported-format`, `key-required`, `wrong-key`, `damaged`, `damaged-checksum`,
 *   `too-large`, `invalid-time-zone`
 */
export async function openBackup(
  file: BackupFile,
  sqlite: SqliteStarter,
  options: OpenFileOptions = {},
): Promise<OpenedBackup> {
  const inspection = await identifyBackup(file, sqlite, options.signalKeys !== undefined);
  switch (inspection.format) {
    case 'whatsapp-crypt12':
    case 'whatsapp-crypt14':
    case 'whatsapp-crypt15':
      return openCrypt(file, sqlite, inspection, options, await contactNames(sqlite, options));
    case 'whatsapp-msgstore': {
      const names = await contactNames(sqlite, options);
      const database = await openPlainDatabase(file, sqlite);
      const warnings: BackupWarning[] = [];
      const open = (): ChatSource => {
        const source = openMsgstore(database, { names });
        warnings.splice(0, warnings.length, ...msgstoreWarnings(source));
        return source;
      };
      return plainBackup(file, inspection, open, warnings);
    }
    case 'export-chat-text':
      return exportedChat(
        file,
        inspection,
        readExportText(bytesOf(file), file.name, options.timeZone, textWindowBytes),
      );
    case 'export-chat-zip':
      return withMedia(exportedChat(file, inspection, await openExportZip(file, options.timeZone)), file);
    case 'whatsapp-contacts':
      return plainBackup(file, inspection, noChats);
    case 'telegram-export':
      return openTelegram(file, inspection, options);
    case 'coffer-chats':
      return plainBackup(file, inspection, () => openChatsDocument(bytesOf(file)));
    case 'signal-backup-v2':
      return openSignal(file, inspection, options);
    case 'signal-android-backup':
      return openSignalAndroid(file, sqlite, inspection, options);
  }
}

function readStart(file: BackupFile): FileStart {
  const firstBytes = file.read(0, Math.min(backupPrefixLimit, file.sizeBytes));
  const lastLength = Math.min(identifyLastBytes, file.sizeBytes);
  const lastBytes = file.read(file.sizeBytes - lastLength, lastLength);
  return { kind: identifyFile(firstBytes, lastBytes, file.name).kind, sizeBytes: file.sizeBytes, firstBytes };
}

async function openCrypt(
  file: BackupFile,
  sqlite: SqliteStarter,
  inspection: BackupInspection,
  { key, phoneKey, acceptBadChecksum = false, onRead, signal }: OpenOptions,
  names: ContactNames = new Map(),
): Promise<OpenedBackup> {
  const keys = { ...(key ? { key } : {}), ...(phoneKey ? { phoneKey } : {}) };
  const opened = await openCryptBytes(file, keys, { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) });
  return openCryptContent({
    file: opened,
    fileName: file.name,
    inspection,
    names,
    acceptBadChecksum,
    openDatabase: async (chunks) => openPayloadDatabase(await sqlite(), chunks),
  });
}

async function contactNames(
  sqlite: SqliteStarter,
  { contacts, key, phoneKey }: OpenFileOptions,
): Promise<ContactNames> {
  if (contacts === undefined) return new Map();
  if (isAddressBook(contacts)) return readVCardNames(bytesOf(contacts));
  const inspection = await identifyBackup(contacts, sqlite);
  const keys = { ...(key ? { key } : {}), ...(phoneKey ? { phoneKey } : {}) };
  const isEncrypted = inspection.format.startsWith('whatsapp-crypt');
  const opened = isEncrypted ? await openCrypt(contacts, sqlite, inspection, keys) : undefined;
  try {
    const content = opened?.payload.chunks() ?? pieces(contacts);
    const database = await openPayloadDatabase(await sqlite(), content);
    try {
      return readContactNames(database);
    } finally {
      database.close();
    }
  } finally {
    opened?.close();
  }
}

/** Whether a file is an address book (.vcf), which knows names and is no backup. */
export function isAddressBook(file: BackupFile): boolean {
  return looksLikeVCards(file.read(0, Math.min(64, file.sizeBytes)));
}

async function openPlainDatabase(file: BackupFile, sqlite: SqliteStarter): ReturnType<Sqlite['open']> {
  return (await sqlite()).open(pieces(file), databaseLimitBytes);
}

function openTelegram(file: BackupFile, inspection: BackupInspection, { timeZone }: OpenOptions): OpenedBackup {
  const warnings: BackupWarning[] = [];
  const open = (): ChatSource => {
    const source = openTelegramExport(bytesOf(file), timeZone === undefined ? {} : { timeZone });
    warnings.splice(0, warnings.length, ...telegramWarnings(source));
    return source;
  };
  return plainBackup(file, inspection, open, warnings);
}

/** A file of a browser has nothing to close. */
const bytesOf = (file: ByteSource): OpenBytes => ({
  sizeBytes: file.sizeBytes,
  read: (offset, length) => file.read(offset, length),
  close: () => undefined,
});

const pieceBytes = 4 * 1024 * 1024;

async function* pieces(file: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < file.sizeBytes; at += pieceBytes) {
    yield file.read(at, Math.min(pieceBytes, file.sizeBytes - at));
  }
}

const noChats = (): never => {
  throw new ChatFormatError('no-chats', 'this file holds contacts and no conversations');
};

/** A worker waits for each reading of a file for longer than a window takes. */
const textWindowBytes = 256 * 1024;
/** Longest text of a zip: it is unpacked into memory. */
const unpackedTextLimitBytes = 400 * 1024 * 1024;

function openExportZip(file: BackupFile, timeZone: string | undefined): Promise<ExportChat> {
  const zip = openZipSource(file);
  const unpack = (entry: ZipEntry): OpenBytes => bytesInMemory(zip.unpack(entry, unpackedTextLimitBytes));
  return readExportZip(zip, unpack, { fileName: file.name, timeZone });
}

/** An exported zip holds the media of its messages. */
function withMedia(opened: OpenedBackup, file: BackupFile): OpenedBackup {
  let place: MediaPlace | undefined;
  return {
    ...opened,
    media: () => (place ??= zipMediaPlace(openZipSource(file), { crc32, sha256: webCiphers.sha256 })),
  };
}

function exportedChat(file: BackupFile, inspection: BackupInspection, chat: ExportChat): OpenedBackup {
  return plainBackup(file, inspection, () => chat, exportWarnings(chat));
}

function plainBackup(
  file: BackupFile,
  inspection: BackupInspection,
  open: () => ChatSource,
  warnings: readonly BackupWarning[] = [],
): OpenedBackup {
  const sources: ChatSource[] = [];
  return {
    inspection,
    warnings,
    payload: { name: file.name, sizeBytes: file.sizeBytes, chunks: () => pieces(file) },
    chats: async () => {
      const source = open();
      sources.push(source);
      return source;
    },
    close: () => sources.forEach((source) => source.close()),
  };
}
