import type { BackupKey } from '@coffer/device-crypto';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';
import { deletePasskeyCopies } from './passkey-copies';
import { wrapOf } from './passkey-keyslot';

/**
 * Removes a keyslot: its future use ends. The copies of a passkey's wrap in the repositories go first. Whoever got the backup key by it before still has that key; against that only a
 * rotation helps.
 *
 * @throws VaultClientError `not-found`, `last-keyslot` where nothing but passkeys would be left; VaultDeviceError `wrong-key`
 */
export async function removeKeyslot(account: DeviceAccount, backupKey: BackupKey, keyslotId: string): Promise<void> {
  const signer = new OwnerSigner(account, backupKey);
  const { passkeys } = await account.client.listPasskeys();
  const passkey = passkeys.find((wrap) => wrap.keyslotId === keyslotId);
  if (passkey !== undefined) await deletePasskeyCopies(account, signer, wrapOf(passkey));
  await account.client.removeKeyslot({
    params: { keyslotId },
    statement: await signer.vaultStatement('remove-keyslot', { keyslotId }),
  });
}
