import { basename } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { openAndroidTables } from '../signal-android/android-source';
import type { OpenBackupOptions } from './open-options';
import { openAndroidFile, type AndroidFile } from './signal-android-file';
import { deriveAndroidKeys } from './signal-android-keys';
import { rebuildTables, type AndroidTables } from './signal-android-tables';

/**
 * A Signal backup file of an Android phone, authenticated.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`, `unsupported-format`
 */
export async function openSignalAndroid(
  path: string,
  inspection: BackupInspection,
  { signalPassphrase, onRead, signal }: OpenBackupOptions,
): Promise<OpenedBackup> {
  if (signalPassphrase === undefined) {
    throw new ChatFormatError('key-required', 'this backup wants its passphrase of 30 digits');
  }
  const file = await openAndroidFile(path, (salt) => deriveAndroidKeys(signalPassphrase, salt), {
    ...(onRead ? { onRead } : {}),
    ...(signal ? { signal } : {}),
  });
  const sources: ChatSource[] = [];
  const warnings: BackupWarning[] = [];
  return {
    inspection,
    warnings,
    payload: { name: `${basename(path).replace(/\.backup$/i, '')}.records`, chunks: () => plainRecords(file) },
    chats: async () => {
      const tables = await rebuildTables(file, { signal });
      const { selfAci } = tables;
      const source = openAndroidTables(tables.database, selfAci === undefined ? {} : { selfAci });
      sources.push(source);
      warnings.splice(0, warnings.length, ...leftOut(tables));
      return source;
    },
    close: () => {
      file.close();
      for (const source of sources) source.close();
    },
  };
}

/** Most tables that are named in a warning. */
const namedTables = 30;

function leftOut({ leftOutRows, leftOutStatements }: AndroidTables): readonly BackupWarning[] {
  if (leftOutRows.size === 0 && leftOutStatements === 0) return [];
  const tables = [...leftOutRows].slice(0, namedTables).map(([table, rows]) => `${table} ${rows}`);
  const more = leftOutRows.size > namedTables ? ` and ${leftOutRows.size - namedTables} more` : '';
  const rows = tables.length === 0 ? '' : `: rows of ${tables.join(', ')}${more}`;
  return [
    {
      code: 'left-out',
      message: `beside conversations this backup holds tables of the app, which are not shown here${rows}; ${leftOutStatements} other statements were not looked at`,
    },
  ];
}

/**
 * The content as it was, without its encryption: each record with its length (four bytes, the highest first) before it, and behind a
 * record the bytes that belong to it.
 */
async function* plainRecords(file: AndroidFile): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { bytes, blobPieces } of file.records()) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    yield Buffer.concat([length, bytes]);
    yield* blobPieces();
  }
}
