import { basename } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import type { ContactNames } from '../whatsapp/msgstore/people';
import { openCrypt15File, type Crypt15File } from './crypt15-file';
import type { OpenBackupOptions } from './open-options';
import { openPayloadDatabase } from './payload-database';

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
      const source = openMsgstore(await openPayloadDatabase(file.chunks()), { names, isMigrated });
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
