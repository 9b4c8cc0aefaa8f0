import { randomBytes, xChaChaNonceBytes } from '@coffer/crypto';
import { encodeCbor, requireBytes } from '@coffer/foundation';

import { unwrapBackupKey, wrapBackupKey, type BackupKeyWrap } from './backup-key-wrap';
import { DeviceCryptoError } from './errors';
import {
  derivePasskeyWrapKey,
  keyIdBytes,
  prfSaltBytes,
  type BackupKey,
  type KeyId,
  type PrfOutput,
} from './key-hierarchy';

/** What the sealed backup key of a passkey keyslot is bound to. Vault and repository tell it, the device checks it by opening. */
export interface PasskeyKeyslot {
  readonly account: { readonly issuer: string; readonly subject: string };
  readonly keyId: KeyId;
  /** Relying party id (WebAuthn): the host name of the portal that made the passkey. */
  readonly rpId: string;
  /** 1-1023 bytes (WebAuthn level 3, section 4). */
  readonly credentialId: Uint8Array;
  /** 32 random bytes of this keyslot, from which `passkeyPrfInput` derives. */
  readonly prfSalt: Uint8Array;
}

/** A new PRF salt, 32 bytes from the platform's generator. */
export function newPrfSalt(): Uint8Array<ArrayBuffer> {
  return randomBytes(prfSaltBytes);
}

/**
 * Seals the backup key under the output of a passkey's PRF: nonce, XChaCha20-Poly1305 of the 32 bytes, with the deterministic
 * CBOR {v, purpose, account, keyId, rpId, credentialId, prfSalt} as associated data (docs/key-labels.md). `nonce` (24 bytes) is
 * for tests that compare bytes; it is drawn at random unless given.
 *
 * @throws DeviceCryptoError `wrong-key` where the keyslot names another key id; EncodingError `invalid-length`
 */
export function sealForPasskey(
  output: PrfOutput,
  keyslot: PasskeyKeyslot,
  backupKey: BackupKey,
  nonce: Uint8Array = randomBytes(xChaChaNonceBytes),
): Uint8Array<ArrayBuffer> {
  return wrapBackupKey(wrapOf(output, keyslot), backupKey, nonce);
}

/**
 * Opens a backup key that was sealed for a passkey, and recomputes its key id.
 *
 * @throws DeviceCryptoError `wrong-passkey` where the bytes do not fit output and keyslot, `damaged` where they have not the
 *   length of a wrap, `wrong-key` where what opened has another key id than the keyslot names; EncodingError `invalid-length`
 */
export function openForPasskey(output: PrfOutput, keyslot: PasskeyKeyslot, sealed: Uint8Array): BackupKey {
  const refusal = (cause: unknown): DeviceCryptoError =>
    new DeviceCryptoError('wrong-passkey', 'what this passkey gives does not open the keyslot; nothing was changed', {
      cause,
    });
  return unwrapBackupKey(wrapOf(output, keyslot), sealed, refusal);
}

function wrapOf(output: PrfOutput, keyslot: PasskeyKeyslot): BackupKeyWrap {
  const associatedData = encodeCbor({
    v: 1,
    purpose: 'passkey',
    account: { issuer: keyslot.account.issuer, subject: keyslot.account.subject },
    keyId: requireBytes(keyslot.keyId, keyIdBytes, 'key id'),
    rpId: keyslot.rpId,
    credentialId: requireBytes(keyslot.credentialId, undefined, 'credential id'),
    prfSalt: requireBytes(keyslot.prfSalt, prfSaltBytes, 'PRF salt'),
  });
  return { wrapKey: derivePasskeyWrapKey(output), associatedData, keyId: keyslot.keyId };
}
