import {
  ksfCbor,
  openXChaCha,
  randomBytes,
  requireSerial,
  sealXChaCha,
  wipe,
  xChaChaNonceBytes,
  xChaChaTagBytes,
  type Argon2Parameters,
} from '@coffer/crypto';
import { concatBytes, encodeCbor, equalBytes, requireBytes } from '@coffer/foundation';

import { DeviceCryptoError } from './errors';
import {
  backupKeyBytes,
  deriveKeyId,
  derivePasswordWrapKey,
  keyIdBytes,
  requireBackupKey,
  type BackupKey,
  type ExportKey,
  type KeyId,
} from './key-hierarchy';

/** What the sealed backup key of a password keyslot is bound to. The vault tells it, the device checks it by opening. */
export interface PasswordKeyslot {
  readonly account: { readonly issuer: string; readonly subject: string };
  /** Serial of the password record, from 1 on. */
  readonly serial: number;
  readonly vaultId: string;
  readonly keyId: KeyId;
  readonly ksf: Argon2Parameters;
}

/** Length of a sealed backup key in bytes: nonce 24, backup key 32, tag 16. */
export const sealedBackupKeyBytes = xChaChaNonceBytes + backupKeyBytes + xChaChaTagBytes;

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
  requireKeyId(backupKey, keyslot.keyId);
  const wrapKey = derivePasswordWrapKey(exportKey);
  const sealed = sealXChaCha(wrapKey, nonce, requireBackupKey(backupKey), associatedData(keyslot));
  wipe(wrapKey);
  return concatBytes(nonce, sealed);
}

/**
 * Opens a sealed backup key and recomputes its key id.
 *
 * @throws DeviceCryptoError `damaged` where the bytes do not fit export key and keyslot, `wrong-key` where what opened has
 *   another key id than the keyslot names
 */
export function openSealedBackupKey(exportKey: ExportKey, keyslot: PasswordKeyslot, sealed: Uint8Array): BackupKey {
  if (sealed.length !== sealedBackupKeyBytes) {
    throw new DeviceCryptoError('damaged', `a sealed backup key has ${sealedBackupKeyBytes} bytes`);
  }
  const bound = associatedData(keyslot);
  const wrapKey = derivePasswordWrapKey(exportKey);
  let backupKey: BackupKey;
  try {
    const nonce = sealed.subarray(0, xChaChaNonceBytes);
    backupKey = requireBackupKey(openXChaCha(wrapKey, nonce, sealed.subarray(xChaChaNonceBytes), bound));
  } catch (cause) {
    throw new DeviceCryptoError('damaged', 'the sealed backup key does not belong to this password keyslot', { cause });
  } finally {
    wipe(wrapKey);
  }
  requireKeyId(backupKey, keyslot.keyId);
  return backupKey;
}

function associatedData(keyslot: PasswordKeyslot): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    v: 1,
    purpose: 'password',
    account: { issuer: keyslot.account.issuer, subject: keyslot.account.subject },
    serial: requireSerial(keyslot.serial),
    vaultId: keyslot.vaultId,
    keyId: requireBytes(keyslot.keyId, keyIdBytes, 'key id'),
    ksf: ksfCbor(keyslot.ksf),
  });
}

function requireKeyId(backupKey: BackupKey, keyId: KeyId): void {
  if (!equalBytes(deriveKeyId(backupKey), keyId)) {
    throw new DeviceCryptoError('wrong-key', 'the keyslot names another backup key; nothing was changed');
  }
}
