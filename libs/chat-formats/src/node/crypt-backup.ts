import { basename } from 'node:path';
import type { BackupInspection, OpenedBackup } from '../backup';
import type { ContactNames } from '../whatsapp/msgstore/people';
import { openCryptContent } from '../whatsapp/opened-crypt';
import { openCryptFile } from './crypt-file';
import type { OpenBackupOptions } from './open-options';
import { openPayloadDatabase } from './payload-database';

/**
 * A crypt12, crypt14 or crypt15 backup, authenticated.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`, `damaged-checksum`
 */
export async function openCrypt(
  path: string,
  inspection: BackupInspection,
  { key, phoneKey, acceptBadChecksum = false, onRead, signal }: OpenBackupOptions,
  names: ContactNames = new Map(),
): Promise<OpenedBackup> {
  const keys = { ...(key ? { key } : {}), ...(phoneKey ? { phoneKey } : {}) };
  const file = await openCryptFile(path, keys, { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) });
  const openDatabase = openPayloadDatabase;
  return openCryptContent({ file, fileName: basename(path), inspection, names, acceptBadChecksum, openDatabase });
}
