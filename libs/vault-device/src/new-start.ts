import type { ActivatedKeyslot, NewStart } from '@coffer/contracts';
import { deriveKeyId, parseKeyId, type BackupKey } from '@coffer/device-crypto';
import { equalBytes } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { VaultDeviceError } from './errors';
import { OwnerSigner } from './owner-signer';
import { registerPassword } from './password-registration';

/**
 * The owner's veto: a new start that waits or is open ends, and nothing is replaced.
 *
 * @throws VaultDeviceError `wrong-key`; VaultClientError `not-found` where it is not pending
 */
export async function cancelNewStart(
  account: DeviceAccount,
  backupKey: BackupKey,
  newStartId: string,
): Promise<NewStart> {
  const signer = new OwnerSigner(account, backupKey);
  const body = await signer.vaultStatement('cancel-new-start', { newStartId });
  return account.client.cancelNewStart({ params: { newStartId }, body });
}

/**
 * Sets the first password of a new backup key under an open new start: when it is proven, the new key takes the account, and the
 * old password keyslot ends. The old backup is not touched.
 *
 * @param backupKey - a new one
 * @throws as `registerPassword`; VaultClientError `new-start-not-open`, `fresh-login-required`
 */
export async function finishNewStart(
  account: DeviceAccount,
  newStart: NewStart,
  backupKey: BackupKey,
  password: string,
): Promise<ActivatedKeyslot> {
  if (account.keyId !== null && equalBytes(account.keyId, deriveKeyId(backupKey))) {
    throw new VaultDeviceError('wrong-key', 'A new start takes a new key, not the one of this account.');
  }
  const { newStartId } = newStart;
  const ownerGeneration = account.ownerGeneration + 1;
  return registerPassword({ ...account, ownerGeneration, keyId: null, ownerPublicKey: null }, backupKey, password, {
    newStartId,
  });
}

/**
 * Undoes a finished new start with the former backup key: the account is that key's again, and the password of the new start
 * ends. Backups under either key stay.
 *
 * @throws VaultDeviceError `wrong-key` where it is not the former key; VaultClientError `not-found` where it cannot be undone
 */
export async function undoNewStart(
  account: DeviceAccount,
  newStart: NewStart,
  formerKey: BackupKey,
): Promise<NewStart> {
  const { newStartId } = newStart;
  const signer = formerSigner(account, newStart, formerKey);
  const body = await signer.vaultStatement('undo-new-start', { newStartId });
  return account.client.undoNewStart({ params: { newStartId }, body });
}

/**
 * Signs as the owner that a new start has replaced, under the generation that it had.
 *
 * @throws VaultDeviceError `wrong-key`
 */
export function formerSigner(account: DeviceAccount, newStart: NewStart, formerKey: BackupKey): OwnerSigner {
  const { ownerGeneration } = newStart;
  const keyId = parseKeyId(newStart.keyId);
  if (!equalBytes(keyId, deriveKeyId(formerKey))) {
    throw new VaultDeviceError(
      'wrong-key',
      'This is not the key that the new start has replaced. Nothing was changed.',
    );
  }
  return new OwnerSigner({ ...account, ownerGeneration, keyId, ownerPublicKey: null }, formerKey);
}
