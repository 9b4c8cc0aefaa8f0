import type { KeyCheck } from '@coffer/contracts';
import type { BackupKey } from '@coffer/device-crypto';
import type { KeyCheckBody } from '@coffer/evidence';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Tells the vault how a check went whether the account's secret is still known. It says nothing of the secret.
 *
 * @returns when the account is asked next, and whether a new keyslot should be offered
 * @throws VaultDeviceError `wrong-key`; VaultClientError
 */
export async function reportKeyCheck(
  account: DeviceAccount,
  backupKey: BackupKey,
  check: KeyCheckBody,
): Promise<KeyCheck> {
  const signer = new OwnerSigner(account, backupKey);
  return account.client.reportKeyCheck({ body: await signer.vaultStatement('key-check', check) });
}
