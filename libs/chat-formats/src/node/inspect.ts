import { basename } from 'node:path';
import type { FileKind } from '@coffer/file-kinds';
import type { BackupFormat, BackupInspection, KeyWanted } from '../backup';
import { ChatFormatError } from '../errors';
import { looksLikeExportChat } from '../export-chat/export-chat';
import { readBackupPrefix } from '../whatsapp/backup-prefix';
import { isMsgstore } from '../whatsapp/msgstore/msgstore';
import { readSchema } from '../whatsapp/msgstore/schema';
import { readZipDirectory } from '../zip/zip-directory';
import { hasChecksum } from './crypt15-file';
import { findExportText } from './export-chat-file';
import { readFileStart, type FileStart } from './first-bytes';
import { openSqliteFile } from './sqlite-database';
import { openByteSource } from './zip-file';

interface Described {
  readonly format: BackupFormat;
  readonly description: string;
  readonly keyWanted?: KeyWanted;
  readonly isSupported?: boolean;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Says what a file is and which key it wants, without a key and without opening it. An encrypted file is read once, for its
 * checksum.
 *
 * @throws ChatFormatError `not-a-backup` where no reader knows it, `damaged` where it is known and cannot be read
 */
export function inspectBackup(path: string): BackupInspection {
  const inspection = identifyBackup(path);
  if (inspection.format !== 'whatsapp-crypt15') return inspection;
  const checksum = hasChecksum(path) ? 'right' : 'wrong or absent';
  return { ...inspection, facts: { ...inspection.facts, checksum } };
}

/** As `inspectBackup`, without what wants the whole of an encrypted file. */
export function identifyBackup(path: string): BackupInspection {
  const start = readFileStart(path);
  const { format, description, keyWanted = 'none', isSupported = true, facts = {} } = describe(path, start);
  return { format, description, keyWanted, isSupported, sizeBytes: start.sizeBytes, facts };
}

const otherContainers: ReadonlyMap<FileKind, Described> = new Map<FileKind, Described>([
  [
    'whatsapp-crypt14',
    {
      format: 'whatsapp-crypt14',
      description: "WhatsApp backup encrypted with a key that WhatsApp's servers hold (crypt14)",
      keyWanted: 'whatsapp-key-file',
      isSupported: false,
    },
  ],
  [
    'whatsapp-crypt12',
    {
      format: 'whatsapp-crypt12',
      description: "older WhatsApp backup encrypted with a key that WhatsApp's servers hold (crypt12)",
      keyWanted: 'whatsapp-key-file',
      isSupported: false,
    },
  ],
  [
    'signal-backup-v2',
    {
      format: 'signal-backup-v2',
      description: 'Signal secure backup (version 2)',
      keyWanted: 'signal-recovery-key',
      isSupported: false,
    },
  ],
  [
    'signal-android-backup',
    {
      format: 'signal-android-backup',
      description: 'Signal backup file of an Android phone (30-digit passphrase)',
      keyWanted: 'signal-passphrase',
      isSupported: false,
    },
  ],
]);

function describe(path: string, start: FileStart): Described {
  const other = otherContainers.get(start.kind);
  if (other !== undefined) return other;
  if (start.kind === 'whatsapp-crypt15') return describeCrypt15(start);
  if (start.kind === 'sqlite') return describeDatabase(path);
  if (start.kind === 'zip') return describeZip(path);
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
    'this file is no chat backup that Coffer knows. It reads WhatsApp crypt15 backups, msgstore.db and exported chats.',
  );
}

function describeCrypt15({ firstBytes }: FileStart): Described {
  const { generation: _generation, iv: _iv, headerBytes: _headerBytes, flags, ...facts } = readBackupPrefix(firstBytes);
  return {
    format: 'whatsapp-crypt15',
    description: 'WhatsApp end-to-end encrypted backup (crypt15)',
    keyWanted: 'whatsapp-backup-key',
    facts: { ...facts, isChatDatabase: flags.length > 0 },
  };
}

function describeDatabase(path: string): Described {
  const database = openSqliteFile(path);
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

function describeZip(path: string): Described {
  const source = openByteSource(path);
  try {
    const entries = readZipDirectory(source);
    const text = findExportText(source, entries);
    return {
      format: 'export-chat-zip',
      description: 'exported chat (zip)',
      facts: { text: basename(text.name), files: entries.length - 1 },
    };
  } finally {
    source.close();
  }
}
