import { hkdfSha256, wipe } from '@coffer/crypto';
import { concatBytes, utf8 } from '@coffer/foundation';
import type { SignalKeys } from './recovery-key';

/** Signal's labels, by the dates that it gave them. None is one of Coffer's own. */
const labels = {
  backupKey: utf8('20240801_SIGNAL_BACKUP_KEY'),
  backupId: utf8('20241024_SIGNAL_BACKUP_ID:'),
  withoutToken: utf8('20241007_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:'),
  withToken: utf8('20250708_SIGNAL_BACKUP_ENCRYPT_MESSAGE_BACKUP:'),
};

const noSalt = new Uint8Array();

/** The two keys of one backup file, 32 bytes each. Wipe after use. */
export interface SignalFileKeys {
  readonly hmacKey: Uint8Array;
  readonly aesKey: Uint8Array;
}

/** The key of an account's backups, 32 bytes, and the id by which they are known, 16 bytes. */
export function deriveBackupKey({ recoveryKey, aci }: SignalKeys): {
  readonly backupKey: Uint8Array;
  readonly backupId: Uint8Array;
} {
  const backupKey = hkdfSha256(recoveryKey, noSalt, labels.backupKey, 32);
  return { backupKey, backupId: hkdfSha256(backupKey, noSalt, concatBytes(labels.backupId, aci), 16) };
}

/** HKDF-SHA-256 from the recovery key to the keys of a file; the token is the salt where there is one. */
export function deriveFileKeys(keys: SignalKeys): SignalFileKeys {
  const { backupKey, backupId } = deriveBackupKey(keys);
  const { token } = keys;
  const label = concatBytes(token === undefined ? labels.withoutToken : labels.withToken, backupId);
  const both = hkdfSha256(backupKey, token ?? noSalt, label, 64);
  const result = { hmacKey: both.slice(0, 32), aesKey: both.slice(32) };
  wipe(backupKey, both);
  return result;
}
