import type { BackupInspection, OpenedBackup } from '../backup';
import { ByteBlocks } from '../byte-blocks';
import { ChatFormatError } from '../errors';
import type { OpenOptions } from '../open-options';
import { openAndroidContent } from '../signal-android/android-file';
import { deriveAndroidKeys } from '../signal-android/android-keys';
import { openedAndroid, passphraseRequired } from '../signal-android/opened-android';
import { rebuildTables } from '../signal-android/rebuild-tables';
import { openedSignal, recoveryKeyRequired } from '../signal/opened-signal';
import { openSignalContent } from '../signal/signal-file';
import type { SignalRecords } from '../signal/signal-source';
import type { BackupFile, SqliteStarter } from './open-backup';
import { databaseLimitBytes } from './payload-database';
import { openTableWriter } from './table-writer';
import { pieceSource, webCiphers } from './web-platform';

/**
 * A Signal backup (version 2), authenticated; its records are held in memory, at most 1 GiB.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`
 */
export async function openSignal(
  file: BackupFile,
  inspection: BackupInspection,
  { signalKeys, onRead, signal }: OpenOptions,
): Promise<OpenedBackup> {
  if (signalKeys === undefined) throw recoveryKeyRequired();
  const options = { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) };
  const opened = await openSignalContent(pieceSource(file), webCiphers, signalKeys, options);
  return openedSignal({ file: opened, fileName: file.name, inspection, keys: signalKeys, storeRecords });
}

async function storeRecords(chunks: AsyncIterable<Uint8Array>): Promise<SignalRecords> {
  const held = new ByteBlocks();
  try {
    for await (const piece of chunks) {
      held.write(piece);
      if (held.length > databaseLimitBytes) throw tooLarge();
    }
  } catch (error) {
    held.wipe();
    throw error;
  }
  return {
    sizeBytes: held.length,
    read: (offset, length) => held.read(offset, length),
    close: () => held.wipe(),
  };
}

/**
 * A Signal backup file of an Android phone, authenticated; its attachments are read for their hashes and not held.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`, `unsupported-format`, `too-large`
 */
export async function openSignalAndroid(
  file: BackupFile,
  sqlite: SqliteStarter,
  inspection: BackupInspection,
  { signalPassphrase, onRead, signal }: OpenOptions,
): Promise<OpenedBackup> {
  if (signalPassphrase === undefined) throw passphraseRequired();
  const keysOf = (salt: Uint8Array) => deriveAndroidKeys(signalPassphrase, salt, webCiphers);
  const options = { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) };
  const opened = await openAndroidContent(pieceSource(file), webCiphers, keysOf, options);
  return openedAndroid({
    file: opened,
    fileName: file.name,
    inspection,
    rebuild: async (content) => {
      if (content.statementBytes > databaseLimitBytes) throw tooLarge();
      const writer = openTableWriter(await sqlite());
      return rebuildTables(content, { writer, sha256: webCiphers.sha256, signal });
    },
  });
}

const tooLarge = (): ChatFormatError =>
  new ChatFormatError(
    'too-large',
    'this backup is larger than a browser can hold. Nothing was written: the command line opens it (coffer open).',
  );
