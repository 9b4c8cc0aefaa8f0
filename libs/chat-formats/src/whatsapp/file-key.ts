import { hkdfSha256 } from '@coffer/crypto';
import { ChatFormatError } from '../errors';
import type { WhatsAppKeys } from './backup-key';
import type { BackupPrefix } from './backup-prefix';
import { isNamedBy } from './phone-key';

const fileKeyInfo = new TextEncoder().encode('backup encryption');
const noSalt = new Uint8Array();

/** The AES-256 key of one file, 32 bytes; wipe after use. */
export interface FileKey {
  readonly bytes: Uint8Array;
  /** False where the header names another key than this one: then only a damaged header can be the reason, or a wrong key. */
  readonly isNamed: boolean;
}

/**
 * Chooses and derives the key for a backup: HKDF-SHA-256 of the 64-digit key for crypt15, the key file's own bytes for crypt12
 * and crypt14.
 *
 * @throws ChatFormatError `key-required` where there is none, `wrong-key` where it is the key of another generation
 */
export function fileKeyOf({ generation, phoneKey: named }: BackupPrefix, { key, phoneKey }: WhatsAppKeys): FileKey {
  if (generation === 'crypt15') {
    if (key !== undefined) return { bytes: hkdfSha256(key, noSalt, fileKeyInfo, 32), isNamed: true };
    if (phoneKey === undefined) {
      throw new ChatFormatError('key-required', 'this backup wants its 64-digit key, or the file encrypted_backup.key');
    }
    throw new ChatFormatError(
      'wrong-key',
      'this key file opens crypt12 and crypt14 backups of one phone; this is a crypt15 backup, which wants the 64-digit key or encrypted_backup.key',
    );
  }
  if (phoneKey !== undefined) {
    return { bytes: new Uint8Array(phoneKey.bytes), isNamed: named === undefined || isNamedBy(phoneKey, named) };
  }
  if (key === undefined) {
    throw new ChatFormatError(
      'key-required',
      `this ${generation} backup wants the 158-byte file named key, from the private folder of the phone that wrote it`,
    );
  }
  throw new ChatFormatError(
    'wrong-key',
    `a 64-digit key opens crypt15 backups; this is a ${generation} backup, which wants the 158-byte file named key of the phone that wrote it`,
  );
}
