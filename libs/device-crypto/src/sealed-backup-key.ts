import { ksfCbor, randomBytes, requireSerial, xChaChaNonceBytes, type Argon2Parameters } from '@coffer/crypto';
import { encodeCbor, requireBytes } from '@coffer/foundation';

import { unwrapBackupKey, wrapBackupKey, type BackupKeyWrap } from './backup-key-wrap';
import { DeviceCryptoError } from './errors';
import { derivePasswordWrapKey, keyIdBytes, type BackupKey, type ExportKey, type KeyId } from './key-hierarchy';

/** What the sealed backup key of a password keyslot is bound to. The vault tells it, the device checks it by opening. */
export interface PasswordKeyslot {
  readonly account: { readonly issuer: string; readonly subject: string };
  /** Serial of the password record, from 1 on. */
  readonly serial: number;
  readonly vaultId: string;
  readonly keyId: KeyId;
  readonly ksf: Argon2Parameters;
}

/**
 * Seals the backup key under a password keyslot's export key: nonce, XChaCha20-Poly1305 of the 32 bytes, with the
 * deterministic CBOR {v, purpose, account, serial, vaultId, keyId, ksf} as associated data. `nonce` (24 bytes) is for tests
 * that compare bytes; it is drawn at random unless given.
 *
 * @throws DeviceCryptoError `wrong-key` where the keyslot names another key id; CryptoError `parameters-out-of-range`
 */
export function sealBackupKey(
  exportKey: ExportKey,
  keyslot: PasswordKeyslot,
  backupKey: BackupKey,
  nonce: Uint8Array = randomBytes(xChaChaNonceBytes),
): Uint8Array<ArrayBuffer> {
  return wrapBackupKey(wrapOf(exportKey, keyslot), backupKey, nonce);
}

/**
 * Opens a sealed backup key and recomputes its key id.
 *
 * @throws DeviceCryptoError `damaged` where the bytes do not fit export key and keyslot, `wrong-key` where what opened has
 *   another key id than the keyslot names
 */
export function openSealedBackupKey(exportKey: ExportKey, keyslot: PasswordKeyslot, sealed: Uint8Array): BackupKey {
  const refusal = (cause: unknown): DeviceCryptoError =>
    new DeviceCryptoError('damaged', 'the sealed backup key does not belong to this password keyslot', { cause });
  return unwrapBackupKey(wrapOf(exportKey, keyslot), sealed, refusal);
}

function wrapOf(exportKey: ExportKey, keyslot: PasswordKeyslot): BackupKeyWrap {
  const associatedData = encodeCbor({
    v: 1,
    purpose: 'password',
    account: { issuer: keyslot.account.issuer, subject: keyslot.account.subject },
    serial: requireSerial(keyslot.serial),
    vaultId: keyslot.vaultId,
    keyId: requireBytes(keyslot.keyId, keyIdBytes, 'key id'),
    ksf: ksfCbor(keyslot.ksf),
  });
  return { wrapKey: derivePasswordWrapKey(exportKey), associatedData, keyId: keyslot.keyId };
}
