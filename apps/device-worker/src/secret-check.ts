import { limits } from '@coffer/contracts';
import { randomBytes, wipe } from '@coffer/crypto';
import { DeviceCryptoError, deriveKeyId, digitGroups, parseDigits, type BackupKey } from '@coffer/device-crypto';
import { DeviceError, type DeviceParams, type DeviceResult } from '@coffer/device-protocol';
import { equalBytes } from '@coffer/foundation';
import { recoverByPassword, reportKeyCheck, type DeviceAccount } from '@coffer/vault-device';

type Checked = DeviceResult<'checkSecret'>;

const groups = 16;

/** Two different groups of the digits, numbered from 1. */
export function drawGroups(): [number, number] {
  // 16 divides 256 and 15 divides 255: where the second byte is 255 another is drawn.
  const [first = 0, second = 0] = randomBytes(2);
  if (second === 255) return drawGroups();
  const one = first % groups;
  return [one + 1, ((one + 1 + (second % (groups - 1))) % groups) + 1];
}

/** Whether what was typed are these groups of a key. Case and blanks do not count. */
export function areGroupsOf(backupKey: BackupKey, asked: readonly number[], typed: readonly string[]): boolean {
  const right = digitGroups(backupKey);
  return asked.every((group, at) => typed[at]?.toLowerCase().replaceAll(/[\s-]/g, '') === right[group - 1]);
}

/** Tells the vault how a check went. That it cannot be told changes nothing of how it went. */
export async function report(
  account: DeviceAccount,
  backupKey: BackupKey,
  kind: 'digits' | 'password',
  isRight: boolean,
): Promise<Checked> {
  const check = await reportKeyCheck(account, backupKey, { kind, outcome: isRight ? 'passed' : 'failed' });
  return { isRight, ...check };
}

/**
 * Compares whole digits, or a password by a real recovery, with the key of the account.
 *
 * @param held - the key of the backup that is open; where it is the account's, it signs that a check failed
 * @throws DeviceError `key-changed` where the account has no key, `too-few-guesses`; DeviceCryptoError `illegal-character`,
 *   `wrong-digit-count`; as `recoverByPassword`, but for a wrong password
 */
export async function checkWhole(
  account: DeviceAccount,
  given: Exclude<DeviceParams<'checkSecret'>, { readonly by: 'groups' }>,
  held: BackupKey | undefined,
): Promise<Checked> {
  if (account.keyId === null) throw new DeviceError('key-changed', 'the account has no backup key');
  const found = given.by === 'digits' ? parseDigits(given.digits) : await recover(account, given.password);
  try {
    const isOwn = (key: BackupKey | undefined): key is BackupKey =>
      key !== undefined && equalBytes(deriveKeyId(key), account.keyId!);
    const isRight = isOwn(found);
    const signing = isRight ? found : held;
    if (isOwn(signing)) return await report(account, signing, given.by, isRight);
    return { isRight, nextCheckAt: null, failures: 0, shouldOfferKeyslot: false };
  } finally {
    if (found !== undefined) wipe(found);
  }
}

/** @returns undefined where the password is wrong */
async function recover(account: DeviceAccount, password: string): Promise<BackupKey | undefined> {
  const { attemptsRemaining } = await account.client.getBudget();
  if (attemptsRemaining < limits.guessesForCheck) {
    throw new DeviceError('too-few-guesses', 'too few guesses are left to spend one on a check; nothing was counted', {
      fields: { attemptsRemaining },
    });
  }
  try {
    return (await recoverByPassword(account, password)).backupKey;
  } catch (error) {
    if (error instanceof DeviceCryptoError && error.code === 'wrong-password') return undefined;
    throw error;
  }
}
