import type { AccountDeletion } from '@coffer/contracts';
import type { BackupKey } from '@coffer/device-crypto';
import { newUuid } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Deletes the account at once: keyslots, backups, and in the end everything of it. There is no way back.
 *
 * @throws VaultDeviceError `wrong-key`; VaultClientError
 */
export async function deleteAccount(account: DeviceAccount, backupKey: BackupKey): Promise<AccountDeletion> {
  const signer = new OwnerSigner(account, backupKey);
  return account.client.deleteAccount({
    statement: await signer.vaultStatement('delete-account', { deletionId: newUuid() }),
  });
}

/**
 * The owner's veto against a deletion that was asked for without the key.
 *
 * @throws VaultDeviceError `wrong-key`; VaultClientError `not-found` where none waits
 */
export async function cancelDeletion(account: DeviceAccount, backupKey: BackupKey, deletionId: string): Promise<void> {
  const signer = new OwnerSigner(account, backupKey);
  await account.client.cancelDeletion({ body: await signer.vaultStatement('cancel-deletion', { deletionId }) });
}
