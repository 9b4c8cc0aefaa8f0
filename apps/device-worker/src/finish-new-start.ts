import { browserPlatform } from '@coffer/backup-engine/browser';
import type { NewStart } from '@coffer/contracts';
import { wipe } from '@coffer/crypto';
import { deriveKeyId, generateBackupKey } from '@coffer/device-crypto';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import { CofferError, toHex } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';
import {
  ensureVaultRepository,
  finishNewStart,
  ratePassword,
  readOwnerAgain,
  type DeviceAccount,
} from '@coffer/vault-device';

/** One new start of the account. @throws DeviceError `not-found`; VaultClientError */
export async function findNewStart(client: VaultClient, newStartId: string): Promise<NewStart> {
  const { newStarts } = await client.listNewStarts();
  const found = newStarts.find((newStart) => newStart.newStartId === newStartId);
  if (found === undefined) throw new DeviceError('not-found', 'there is no such new start');
  return found;
}

/**
 * Makes a new backup key, sets its first password under the open new start, and makes an empty repository for it. The key lives
 * as long as this call: the password is what brings it back.
 *
 * @throws DeviceError `weak-password`, `not-found`; as `finishNewStart`
 */
export async function finishOwnNewStart(
  account: DeviceAccount,
  newStartId: string,
  password: string,
): Promise<DeviceResult<'finishNewStart'>> {
  if (ratePassword(password) === 'refused') {
    throw new DeviceError('weak-password', 'this password is too easy to guess; nothing was changed');
  }
  const newStart = await findNewStart(account.client, newStartId);
  const backupKey = generateBackupKey();
  try {
    await finishNewStart(account, newStart, backupKey, password);
    return {
      keyIdHex: toHex(deriveKeyId(backupKey)),
      isRepositoryMade: await makeRepository(account, backupKey),
    };
  } finally {
    wipe(backupKey);
  }
}

/** The account has its new key by now: what fails here is told and does not take that back. */
async function makeRepository(
  account: DeviceAccount,
  backupKey: ReturnType<typeof generateBackupKey>,
): Promise<boolean> {
  try {
    await ensureVaultRepository(await readOwnerAgain(account), { backupKey, platform: browserPlatform });
    return true;
  } catch (error) {
    if (error instanceof CofferError) return false;
    throw error;
  }
}
