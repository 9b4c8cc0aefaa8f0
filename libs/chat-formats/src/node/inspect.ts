import { basename } from 'node:path';
import type { FileKind } from '@coffer/file-kinds';
import type { BackupFormat, BackupInspection, KeyWanted } from '../backup';
import { ChatFormatError } from '../errors';
import { looksLikeExportChat } from '../export-chat/export-chat';
import { canBeLegacy } from '../signal/container';
import { readBackupHeader } from '../whatsapp/backup-prefix';
import { isMsgstore } from '../whatsapp/msgstore/msgstore';
import { readSchema } from '../sql-schema';
import { readZipDirectory } from '../zip/zip-directory';
import { hasChecksum } from './crypt-file';
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
  const generation = cryptGenerations.find((name) => inspection.format === `whatsapp-${name}`);
  if (generation === undefined) return inspection;
  const checksum = hasChecksum(path, generation) ? 'right' : 'wrong or absent';
  return { ...inspection, facts: { ...inspection.facts, checksum } };
}

/** As `inspectBackup`, without what wants the whole of an encrypted file. */
export function identifyBackup(path: string): BackupInspection {
  const start = readFileStart(path);
  const { format, description, keyWanted = 'none', isSupported = true, facts = {} } = describe(path, start);
  return { format, description, keyWanted, isSupported, sizeBytes: start.sizeBytes, facts };
}

/** What random first bytes are taken for: mostly nothing, and now and then for a frame of sound, which two bytes make. */
const noiseKinds: ReadonlySet<FileKind> = new Set(['unknown', 'mp3', 'aac']);

/**
 * A file without any mark as what only its keys can show it to be: a Signal backup of the older form. Absent where its size or a
 * mark of another format rules that out.
 */
export function inspectLegacySignal(path: string): BackupInspection | undefined {
  const { kind, sizeBytes } = readFileStart(path);
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

const cryptGenerations = ['crypt12', 'crypt14', 'crypt15'] as const;

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

function describe(path: string, start: FileStart): Described {
  const other = otherContainers.get(start.kind);
  if (other !== undefined) return other;
  if (cryptGenerations.some((name) => start.kind === `whatsapp-${name}`)) return describeCrypt(start);
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
    'this file is no chat backup that Coffer knows. It reads WhatsApp backups (crypt12, crypt14, crypt15), msgstore.db, exported chats ' +
      'and Signal backups. An older Signal backup carries no mark: it is known only once its recovery key and account id are given.',
  );
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
