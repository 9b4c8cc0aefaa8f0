import { basename } from 'node:path';
import type { BackupInspection, OpenedBackup } from '../backup';
import { deriveAndroidKeys } from '../signal-android/android-keys';
import { openedAndroid, passphraseRequired } from '../signal-android/opened-android';
import { nodeCiphers } from './node-platform';
import type { OpenBackupOptions } from './open-options';
import { openAndroidFile } from './signal-android-file';
import { rebuildTables } from './signal-android-tables';

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
  if (signalPassphrase === undefined) throw passphraseRequired();
  const file = await openAndroidFile(path, (salt) => deriveAndroidKeys(signalPassphrase, salt, nodeCiphers), {
    ...(onRead ? { onRead } : {}),
    ...(signal ? { signal } : {}),
  });
  return openedAndroid({
    file,
    fileName: basename(path),
    inspection,
    rebuild: (opened) => rebuildTables(opened, { signal }),
  });
}
