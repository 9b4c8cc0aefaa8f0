import type { GuessVeto } from '@coffer/contracts';
import type { BackupKey } from '@coffer/device-crypto';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Stops all guesses on the account, from now on for so many seconds (at most 72 hours), or lifts the stop (0). What is
 * owner-signed goes on meanwhile.
 *
 * @throws VaultDeviceError `wrong-key`; EvidenceError `statement-invalid` where the seconds are out of range; VaultClientError
 */
export async function setGuessVeto(account: DeviceAccount, backupKey: BackupKey, seconds: number): Promise<GuessVeto> {
  const signer = new OwnerSigner(account, backupKey);
  return account.client.setGuessVeto({ body: await signer.vaultStatement('guess-veto', { seconds }) });
}
