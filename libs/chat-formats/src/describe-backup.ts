import type { FileKind } from '@coffer/file-kinds';
import type { BackupFormat, BackupInspection, KeyWanted } from './backup';
import { ChatFormatError } from './errors';
import { looksLikeExportChat } from './export-chat/export-chat';
import { baseName, findExportText } from './export-chat/export-zip';
import { recogniseJson, type JsonFormat } from './json/recognise-json';
import type { OpenBytes } from './open-bytes';
import { canBeLegacy } from './signal/container';
import type { SqlDatabase } from './sql';
import { readSchema } from './sql-schema';
import { readBackupHeader } from './whatsapp/backup-prefix';
import { isMsgstore } from './whatsapp/msgstore/message-tables';
import { readZipDirectory } from './zip/zip-directory';
import type { OpenZip } from './zip/open-zip';

/** A file as far as it is looked at before any reader is chosen. */
export interface FileStart {
  readonly kind: FileKind;
  readonly sizeBytes: number;
  /** The first 64 KiB, or all of it. */
  readonly firstBytes: Uint8Array;
}

/** What a file is, before sizes are added. */
interface Described {
  readonly format: BackupFormat;
  readonly description: string;
  readonly keyWanted?: KeyWanted;
  readonly isSupported?: boolean;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** The whole description, for a file of which nothing has to be read any more. */
export function inspectionOf(start: FileStart, openers: Openers): BackupInspection {
  const { format, description, keyWanted = 'none', isSupported = true, facts = {} } = describeBackup(start, openers);
  return { format, description, keyWanted, isSupported, sizeBytes: start.sizeBytes, facts };
}

/** What random first bytes are taken for: mostly nothing, and now and then for a frame of sound, which two bytes make. */
const noiseKinds: ReadonlySet<FileKind> = new Set(['unknown', 'mp3', 'aac']);

/**
 * A file without any mark as what only its keys can show it to be: a Signal backup of the older form. Absent where its size or a
 * mark of another format rules that out.
 */
export function describeLegacySignal({ kind, sizeBytes }: FileStart): BackupInspection | undefined {
  if (!noiseKinds.has(kind) || !canBeLegacy(sizeBytes)) return undefined;
  return {
    format: 'signal-backup-v2',
    description: 'Signal secure backup (version 2, older form)',
    keyWanted: 'signal-recovery-key',
    isSupported: true,
    sizeBytes,
    facts: {},
  };
}

export const cryptGenerations = ['crypt12', 'crypt14', 'crypt15'] as const;

const otherContainers: ReadonlyMap<FileKind, Described> = new Map<FileKind, Described>([
  [
    'signal-backup-v2',
    {
      format: 'signal-backup-v2',
      description: 'Signal secure backup (version 2, newer form)',
      keyWanted: 'signal-recovery-key',
    },
  ],
  [
    'signal-android-backup',
    {
      format: 'signal-android-backup',
      description: 'Signal backup file of an Android phone (30-digit passphrase)',
      keyWanted: 'signal-passphrase',
    },
  ],
]);

/** How a platform opens what has to be looked into. Whatever is opened is closed again here. */
export interface Openers {
  readonly database: () => SqlDatabase;
  readonly zip: () => OpenZip;
  readonly bytes: () => OpenBytes;
}

/**
 * Says what a file is by its first bytes, or by what is in it where they say no more than "database", "zip" or "text".
 *
 * @throws ChatFormatError `not-a-backup`, `damaged`
 */
function describeBackup(start: FileStart, openers: Openers): Described {
  if (start.sizeBytes === 0) {
    throw new ChatFormatError(
      'not-a-backup',
      'this file is empty: copy it again from where it came from, and look whether it has a size there',
    );
  }
  const other = otherContainers.get(start.kind);
  if (other !== undefined) return other;
  if (cryptGenerations.some((name) => start.kind === `whatsapp-${name}`)) return describeCrypt(start);
  if (start.kind === 'sqlite') return describeDatabase(openers.database());
  if (start.kind === 'zip') return describeZip(openers.zip());
  const json = start.kind === 'text' ? jsonFormat(start, openers) : undefined;
  if (json !== undefined) return { format: json, description: jsonDescriptions[json] };
  if (start.kind === 'text' && looksLikeExportChat(new TextDecoder().decode(start.firstBytes))) {
    return { format: 'export-chat-text', description: 'exported chat (text without media)' };
  }
  if (start.kind === 'whatsapp-backup-key' || start.kind === 'whatsapp-key-file') {
    throw new ChatFormatError(
      'not-a-backup',
      'this file is a key, not a backup: name the backup, and give this as its key',
    );
  }
  throw new ChatFormatError(
    'not-a-backup',
    'this file is no chat backup that Coffer knows. It reads WhatsApp backups (crypt12, crypt14, crypt15), msgstore.db, exported chats, ' +
      'Signal backups, the JSON export of Telegram Desktop and what Coffer itself writes as JSON. An older Signal backup carries no mark: it is known only once its recovery key and account id are given.',
  );
}

const jsonDescriptions: Readonly<Record<JsonFormat, string>> = {
  'telegram-export': 'Telegram Desktop export (JSON)',
  'coffer-chats': 'conversations as Coffer writes them (JSON)',
};

/** Text that starts as an object, after a byte order mark perhaps, is looked into. */
function jsonFormat({ firstBytes }: FileStart, openers: Openers): JsonFormat | undefined {
  if (!/^\s*\{/.test(new TextDecoder().decode(firstBytes.subarray(0, 1024)))) return undefined;
  const source = openers.bytes();
  try {
    return recogniseJson(source);
  } finally {
    source.close();
  }
}

/** The header decides which of the three it is, whatever the file is called. */
function describeCrypt({ firstBytes }: FileStart): Described {
  const { generation, iv: _iv, headerBytes: _headerBytes, flags, phoneKey, ...facts } = readBackupHeader(firstBytes);
  const common = {
    format: `whatsapp-${generation}` as const,
    facts: { ...facts, ...(generation === 'crypt12' ? {} : { isChatDatabase: flags.length > 0 }) },
  };
  if (generation === 'crypt15') {
    return {
      ...common,
      description: 'WhatsApp end-to-end encrypted backup (crypt15)',
      keyWanted: 'whatsapp-backup-key',
    };
  }
  return {
    ...common,
    description: `WhatsApp backup encrypted with a key that lies on the phone and on WhatsApp's servers (${generation})`,
    keyWanted: 'whatsapp-key-file',
    facts: { ...common.facts, ...(phoneKey === undefined ? {} : { keyVersion: phoneKey.keyVersion }) },
  };
}

function describeDatabase(database: SqlDatabase): Described {
  try {
    if (isMsgstore(database))
      return { format: 'whatsapp-msgstore', description: 'WhatsApp chat database, not encrypted' };
    if (readSchema(database).hasColumns('wa_contacts', 'jid')) {
      return {
        format: 'whatsapp-contacts',
        description: 'WhatsApp contacts database, not encrypted: names without chats',
      };
    }
  } finally {
    database.close();
  }
  throw new ChatFormatError('not-a-backup', 'this database is none of WhatsApp: it has no messages and no contacts');
}

function describeZip(zip: OpenZip): Described {
  try {
    const entries = readZipDirectory(zip.source);
    const text = findExportText(zip, entries);
    return {
      format: 'export-chat-zip',
      description: 'exported chat (zip)',
      facts: { text: baseName(text.name), files: entries.length - 1 },
    };
  } finally {
    zip.close();
  }
}
