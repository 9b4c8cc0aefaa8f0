import type { Keyslot } from '@coffer/contracts';
import type { BackupKey } from '@coffer/device-crypto';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Tells the vault that the person has recorded the 64-digit key and typed it back. On an account that nobody owns this is the
 * first claim: it binds the owner key, and it needs a fresh login.
 *
 * @throws VaultClientError `account-owned` where another device was first, `fresh-login-required`
 */
export async function activateDigits(account: DeviceAccount, backupKey: BackupKey): Promise<Keyslot> {
  const signer = new OwnerSigner(account, backupKey);
  const body = { ownerPublicKey: signer.publicKey, keyId: signer.keyId, kind: 'digits' as const };
  return account.client.activateDigits({ body: await signer.vaultStatement('activate-digits', body) });
}
