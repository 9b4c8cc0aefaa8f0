import {
  finishPasswordRecovery,
  openSealedBackupKey,
  parseKeyId,
  preparePassword,
  startPasswordRecovery,
  type BackupKey,
} from '@coffer/device-crypto';
import { fromBase64Url, newUuid, toBase64Url } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';
import { agree, keyslotOf } from './password-registration';

/** What a recovery gives. */
export interface Recovered {
  readonly backupKey: BackupKey;
  readonly attemptsRemaining: number;
}

/** Told between the two halves: one guess is spent now, and this is what is left if it was wrong. */
export type OnGuessSpent = (left: {
  readonly attemptsRemaining: number;
  readonly nextAttemptAt: string | null;
}) => void;

/**
 * Gets the backup key back with the password. Spends one guess; a right password refills the budget.
 *
 * The attempt has an id of its own, so a broken connection is resumed by the client's retries without a second guess.
 *
 * @throws DeviceCryptoError `wrong-password`, `server-key-mismatch`; VaultClientError `no-attempts-left`,
 *   `attempt-too-early`, `unreachable` …; VaultDeviceError `wrong-key` where what opened is not the account's key
 */
export async function recoverByPassword(
  account: DeviceAccount,
  password: string,
  onGuessSpent: OnGuessSpent = () => undefined,
): Promise<Recovered> {
  const prepared = preparePassword(password);
  const { ke1, state } = await startPasswordRecovery(prepared);
  const loginId = newUuid();
  const login = await account.client.startLogin({ body: { loginId, ke1: toBase64Url(ke1) } });
  onGuessSpent({ attemptsRemaining: login.attemptsRemaining, nextAttemptAt: login.nextAttemptAt });
  const { ke3, exportKey } = await finishPasswordRecovery(
    state,
    fromBase64Url(login.ke2),
    agree(account, login, prepared),
  );
  const finished = await account.client.finishLogin({ params: { loginId }, body: { ke3: toBase64Url(ke3) } });
  const sealed = fromBase64Url(finished.sealedBackupKey);
  const backupKey = openSealedBackupKey(exportKey, keyslotOf(account, finished, parseKeyId(finished.keyId)), sealed);
  // Recomputes key id and owner key: what opened must be the account's own.
  new OwnerSigner(account, backupKey);
  return { backupKey, attemptsRemaining: finished.attemptsRemaining };
}
