import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { packedKind } from '../payload-kind';
import type { SqlDatabase } from '../sql';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import type { ContactNames } from '../whatsapp/msgstore/people';
import { openCrypt15File, type Crypt15File } from './crypt15-file';
import type { OpenBackupOptions } from './open-options';
import { inMemoryLimitBytes } from './payload-bytes';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';

/** Header flags that say that `message` is the live table: the migration of the main table, and its verification. */
const migratedFlags = [10, 34];

/**
 * A crypt15 backup, authenticated.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`, `damaged-checksum`
 */
export async function openCrypt15(
  path: string,
  inspection: BackupInspection,
  { key, acceptBadChecksum = false, onRead, signal }: OpenBackupOptions,
  names: ContactNames = new Map(),
): Promise<OpenedBackup> {
  if (key === undefined) {
    throw new ChatFormatError('key-required', 'this backup wants its 64-digit key, or the file encrypted_backup.key');
  }
  const file = await openCrypt15File(path, key, { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) });
  if (file.verdict.checksum === 'wrong' && !acceptBadChecksum) {
    file.close();
    throw new ChatFormatError(
      'damaged-checksum',
      'the content of this backup is whole and authentic, but its checksum is wrong: the header or the checksum itself was ' +
        'damaged. Nothing was written.',
    );
  }
  const isMigrated = migratedFlags.some((flag) => file.prefix.flags.includes(flag));
  const sources: ChatSource[] = [];
  return {
    inspection,
    warnings: warningsOf(file),
    payload: { name: payloadName(path), chunks: () => file.chunks() },
    chats: async () => {
      const source = openMsgstore(await openPayload(file), { names, isMigrated });
      sources.push(source);
      return source;
    },
    close: () => {
      file.close();
      for (const source of sources) source.close();
    },
  };
}

function warningsOf({ verdict: { checksum } }: Crypt15File): readonly BackupWarning[] {
  if (checksum === 'right') return [];
  return [
    checksum === 'wrong'
      ? { code: 'bad-checksum', message: 'the checksum of this backup is wrong; its content is authentic all the same' }
      : {
          code: 'no-checksum',
          message: 'this backup has no checksum, as backups of several files have none; its content is authentic',
        },
  ];
}

function payloadName(path: string): string {
  const name = basename(path);
  const inner = name.replace(/\.crypt1[45]$/i, '');
  return inner === name || inner === '' ? `${name}.decrypted` : inner;
}

/** The database inside: in memory, or in a private file where it is larger than that. */
async function openPayload(file: Crypt15File): Promise<SqlDatabase> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let spool: Spool | undefined;
  try {
    for await (const piece of file.chunks()) {
      if (pieces.length === 0 && spool === undefined && packedKind(piece) !== 'sqlite') throw noDatabase();
      if (spool === undefined && length + piece.length > inMemoryLimitBytes) {
        spool = createSpool();
        for (const earlier of pieces.splice(0)) spool.write(earlier);
      }
      if (spool === undefined) pieces.push(piece);
      else spool.write(piece);
      length += piece.length;
    }
  } catch (error) {
    spool?.remove();
    throw error;
  }
  if (length === 0) throw noDatabase();
  return spool === undefined ? openSqliteBytes(Buffer.concat(pieces.splice(0), length)) : spool.open();
}

const noDatabase = (): ChatFormatError =>
  new ChatFormatError('no-chats', 'this backup holds other files than a chat database');

interface Spool {
  write(piece: Uint8Array): void;
  open(): SqlDatabase;
  remove(): void;
}

/** A database too large for memory goes through a file that only its owner can read, and that is gone at the end. */
function createSpool(): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-open-'));
  const path = join(folder, 'payload');
  const file = openSync(path, 'wx', 0o600);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    write: (piece) => {
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    },
    open: () => {
      closeSync(file);
      return removeOnClose(openSqliteFile(path), remove);
    },
    remove: () => {
      closeSync(file);
      remove();
    },
  };
}

function removeOnClose(database: SqlDatabase, remove: () => void): SqlDatabase {
  return {
    rows: (sql, ...parameters) => database.rows(sql, ...parameters),
    query: (sql) => database.query(sql),
    execute: (sql) => database.execute(sql),
    close: () => {
      database.close();
      remove();
    },
  };
}
