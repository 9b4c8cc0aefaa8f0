import type { BackupKey } from '@coffer/device-crypto';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Removes a keyslot: its future use ends. Whoever got the backup key by it before still has that key; against that only a
 * rotation helps.
 *
 * @throws VaultClientError `not-found`, `last-keyslot` where nothing but passkeys would be left; VaultDeviceError `wrong-key`
 */
export async function removeKeyslot(account: DeviceAccount, backupKey: BackupKey, keyslotId: string): Promise<void> {
  const signer = new OwnerSigner(account, backupKey);
  await account.client.removeKeyslot({
    params: { keyslotId },
    statement: await signer.vaultStatement('remove-keyslot', { keyslotId }),
  });
}
