import { basename } from 'node:path';
import type { BackupInspection, OpenedBackup } from '../backup';
import { openedSignal, recoveryKeyRequired } from '../signal/opened-signal';
import type { OpenBackupOptions } from './open-options';
import { storeRecords } from './record-store';
import { openSignalFile } from './signal-file';

/**
 * A Signal backup (version 2), authenticated.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`
 */
export async function openSignal(
  path: string,
  inspection: BackupInspection,
  { signalKeys, onRead, signal }: OpenBackupOptions,
): Promise<OpenedBackup> {
  if (signalKeys === undefined) throw recoveryKeyRequired();
  const file = await openSignalFile(path, signalKeys, { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) });
  return openedSignal({ file, fileName: basename(path), inspection, keys: signalKeys, storeRecords });
}
