import { equalBytes, fromBase64Url } from '@coffer/foundation';
import { deriveKeyId, parseKeyId, type BackupKey } from '@coffer/device-crypto';
import type { DeviceAccount } from './device-account';
import { formerSigner } from './new-start';
import { OwnerSigner } from './owner-signer';

/**
 * Removes a repository for good, signed by the current key of the account, or by the former one where a new start left it behind.
 *
 * @param repositoryId - base64url
 * @param pins - how many items are given up that a purge or a certificate relies on
 * @throws VaultDeviceError `wrong-key`; VaultClientError `not-found`, `pinned`, `undo-pending`
 */
export async function removeRepository(
  account: DeviceAccount,
  backupKey: BackupKey,
  repositoryId: string,
  pins: number,
): Promise<void> {
  const signer = await signerOf(account, backupKey);
  await account.client.removeRepository({
    params: { repositoryId },
    statement: await signer.vaultStatement('remove-repository', { repositoryId: fromBase64Url(repositoryId), pins }),
  });
}

async function signerOf(account: DeviceAccount, backupKey: BackupKey): Promise<OwnerSigner> {
  const given = deriveKeyId(backupKey);
  if (account.keyId !== null && equalBytes(account.keyId, given)) return new OwnerSigner(account, backupKey);
  const { newStarts } = await account.client.listNewStarts();
  const replaced = newStarts.find(
    ({ keyId, state }) => (state === 'finished' || state === 'settled') && equalBytes(parseKeyId(keyId), given),
  );
  return replaced === undefined ? new OwnerSigner(account, backupKey) : formerSigner(account, replaced, backupKey);
}
