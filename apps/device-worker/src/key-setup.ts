import { browserPlatform } from '@coffer/backup-engine/browser';
import { wipe } from '@coffer/crypto';
import { deriveKeyId, formatKitRows, generateBackupKey, parseDigits, type BackupKey } from '@coffer/device-crypto';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import { CofferError, equalBytes, toHex } from '@coffer/foundation';
import {
  activateDigits,
  ensureVaultRepository,
  ratePassword,
  readOwnerAgain,
  registerPassword,
  type DeviceAccount,
} from '@coffer/vault-device';
import { makeEmergencyKit } from './emergency-kit';

type Activated = DeviceResult<'activateDigits'>;

/**
 * A backup key on its way to its first keyslots. It lives in this device alone until a keyslot is proven, and longer only for a
 * second one; what the person has recorded is what brings it back.
 */
export class KeySetup {
  readonly #backupKey: BackupKey;

  private constructor(backupKey: BackupKey) {
    this.#backupKey = backupKey;
  }

  /**
   * With a new key, for an account that has none.
   *
   * @throws DeviceError `key-exists` where there is one, or backups that a new key would never open
   */
  static async begin(account: DeviceAccount): Promise<KeySetup> {
    await requireNone(account);
    return new KeySetup(generateBackupKey());
  }

  /** With the key that a person recorded in a set-up which a sign-in interrupted. @throws as `begin`; DeviceError `wrong-key` */
  static async resume(account: DeviceAccount, digits: string, keyIdHex: string): Promise<KeySetup> {
    await requireNone(account);
    const backupKey = parseDigits(digits);
    if (toHex(deriveKeyId(backupKey)) === keyIdHex) return new KeySetup(backupKey);
    wipe(backupKey);
    throw differing();
  }

  get keyIdHex(): string {
    return toHex(deriveKeyId(this.#backupKey));
  }

  /** What the person is to record. */
  shown(): DeviceResult<'beginSetup'> {
    const rows = formatKitRows(this.#backupKey).map(({ groups, check }) => ({ groups: [...groups], check }));
    return { keyIdHex: this.keyIdHex, rows };
  }

  kit(portalUrl: string, nowMs: number): Blob {
    return new Blob([makeEmergencyKit(this.#backupKey, portalUrl, nowMs)], { type: 'application/pdf' });
  }

  /** @throws DeviceError `wrong-key` where what was typed is not what was shown; as `activateDigits` */
  async activateDigits(account: DeviceAccount, digits: string): Promise<Activated> {
    const typed = parseDigits(digits);
    const isSame = equalBytes(typed, this.#backupKey);
    wipe(typed);
    if (!isSame) throw differing();
    await activateDigits(account, this.#backupKey);
    return this.#activated(account);
  }

  /** @throws DeviceError `weak-password`; as `registerPassword` */
  async activatePassword(account: DeviceAccount, password: string): Promise<Activated> {
    if (ratePassword(password) === 'refused') {
      throw new DeviceError('weak-password', 'this password is too easy to guess; nothing was changed');
    }
    await registerPassword(account, this.#backupKey, password);
    return this.#activated(account);
  }

  forget(): void {
    wipe(this.#backupKey);
  }

  /** The account has its key by now: that its place for backups could not be made does not take that back. */
  async #activated(before: DeviceAccount): Promise<Activated> {
    const { keyIdHex } = this;
    try {
      const account = await readOwnerAgain(before);
      await ensureVaultRepository(account, { backupKey: this.#backupKey, platform: browserPlatform });
      return { keyIdHex, isRepositoryMade: true };
    } catch (error) {
      if (error instanceof CofferError) return { keyIdHex, isRepositoryMade: false };
      throw error;
    }
  }
}

async function requireNone(account: DeviceAccount): Promise<void> {
  const { repositories } = account.keyId === null ? await account.client.listRepositories() : { repositories: [] };
  if (account.keyId === null && repositories.length === 0) return;
  throw new DeviceError('key-exists', 'the account has a backup key, or backups of one; no other is made beside it');
}

function differing(): DeviceError {
  return new DeviceError('wrong-key', 'these are not the digits that were recorded; nothing was changed');
}
