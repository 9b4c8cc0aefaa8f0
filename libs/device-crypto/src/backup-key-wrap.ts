import { openXChaCha, sealXChaCha, wipe, xChaChaNonceBytes, xChaChaTagBytes } from '@coffer/crypto';
import { concatBytes, equalBytes } from '@coffer/foundation';

import { DeviceCryptoError } from './errors';
import {
  backupKeyBytes,
  deriveKeyId,
  requireBackupKey,
  type BackupKey,
  type KeyId,
  type PasskeyWrapKey,
  type PasswordWrapKey,
} from './key-hierarchy';

/** Length of a sealed backup key in bytes: nonce 24, backup key 32, tag 16. */
export const sealedBackupKeyBytes = xChaChaNonceBytes + backupKeyBytes + xChaChaTagBytes;

/** A key that seals the backup key of one keyslot, and what the seal is bound to. */
export interface BackupKeyWrap {
  /** Taken over: overwritten before the function returns. */
  readonly wrapKey: PasswordWrapKey | PasskeyWrapKey;
  readonly associatedData: Uint8Array;
  readonly keyId: KeyId;
}

/**
 * Seals a backup key: nonce, XChaCha20-Poly1305 of the 32 bytes.
 *
 * @param nonce - 24 bytes, never used before under this key
 * @throws DeviceCryptoError `wrong-key` where the keyslot names another key id
 */
export function wrapBackupKey(wrap: BackupKeyWrap, backupKey: BackupKey, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    requireKeyId(backupKey, wrap.keyId);
    return concatBytes(nonce, sealXChaCha(wrap.wrapKey, nonce, requireBackupKey(backupKey), wrap.associatedData));
  } finally {
    wipe(wrap.wrapKey);
  }
}

/**
 * Opens a sealed backup key and recomputes its key id.
 *
 * @param refusal - what is thrown where the bytes do not fit key and associated data
 * @throws DeviceCryptoError `damaged` where the length is wrong; `wrong-key` where what opened has another key id
 */
export function unwrapBackupKey(
  wrap: BackupKeyWrap,
  sealed: Uint8Array,
  refusal: (cause: unknown) => DeviceCryptoError,
): BackupKey {
  let backupKey: BackupKey;
  try {
    if (sealed.length !== sealedBackupKeyBytes) {
      throw new DeviceCryptoError('damaged', `a sealed backup key has ${sealedBackupKeyBytes} bytes`);
    }
    const nonce = sealed.subarray(0, xChaChaNonceBytes);
    const opened = openXChaCha(wrap.wrapKey, nonce, sealed.subarray(xChaChaNonceBytes), wrap.associatedData);
    backupKey = requireBackupKey(opened);
  } catch (cause) {
    throw cause instanceof DeviceCryptoError ? cause : refusal(cause);
  } finally {
    wipe(wrap.wrapKey);
  }
  requireKeyId(backupKey, wrap.keyId);
  return backupKey;
}

function requireKeyId(backupKey: BackupKey, keyId: KeyId): void {
  if (!equalBytes(deriveKeyId(backupKey), keyId)) {
    throw new DeviceCryptoError('wrong-key', 'the keyslot names another backup key; nothing was changed');
  }
}
