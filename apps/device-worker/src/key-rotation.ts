import { browserPlatform } from '@coffer/backup-engine/browser';
import { wipe } from '@coffer/crypto';
import {
  deriveKeyId,
  generateBackupKey,
  passkeyPrfInput,
  requireBackupKey,
  requirePrfOutput,
  type BackupKey,
} from '@coffer/device-crypto';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import type { PasskeyWrap, RotationKeyslot } from '@coffer/evidence';
import { equalBytes, toHex } from '@coffer/foundation';
import {
  copyPasskeyWrap,
  listPasskeys,
  OwnerSigner,
  proveRotationPassword,
  ratePassword,
  readOwnerAgain,
  repositoriesOf,
  resealPasskey,
  rotateAccount,
  type DeviceAccount,
} from '@coffer/vault-device';

export interface KeyRotationOptions {
  readonly account: DeviceAccount;
  /** Of the open backup, which wipes it. */
  readonly current: BackupKey;
  /** Relying party id: the host name of the page. */
  readonly rpId: string;
}

/** What a rotation came to. */
export interface RotatedKey {
  /** Under its new owner. */
  readonly account: DeviceAccount;
  /** Taken over by who opens the backup with it. */
  readonly next: BackupKey;
  readonly answer: DeviceResult<'rotateKey'>;
}

/**
 * The replacement of the backup key in a browser, which has no disk for the next one. So it never goes without a password: that
 * one is proven before the call that hands over, and whatever ends in between, either the former key is in force or the password
 * brings the next one back (docs/protocol.md, "Rotation of K").
 */
export class KeyRotation {
  readonly #options: KeyRotationOptions;
  readonly #next = generateBackupKey();
  #known: readonly PasskeyWrap[] = [];
  readonly #taken: PasskeyWrap[] = [];

  constructor(options: KeyRotationOptions) {
    this.#options = options;
  }

  /** What becomes of the keyslots there are. @throws VaultClientError */
  async begin(): Promise<DeviceResult<'beginRotation'>> {
    const { account, rpId } = this.#options;
    const { keyslots } = await account.client.listKeyslots();
    this.#known = await listPasskeys(account, rpId);
    const kinds = keyslots.filter(({ state }) => state === 'active').map(({ kind }) => kind);
    return {
      rpId,
      passkeys: this.#known.map(({ credentialId, prfSalt }) => ({
        credentialId: credentialId.slice(),
        prfInput: passkeyPrfInput(prfSalt),
      })),
      foreignPasskeys: kinds.filter((kind) => kind === 'passkey').length - this.#known.length,
      hasRecordedKey: kinds.includes('digits'),
    };
  }

  /** @param output - 32 bytes; overwritten. @throws as `resealPasskey`; DeviceError `no-passkey` */
  take(credentialId: Uint8Array, output: Uint8Array): void {
    const { account, current } = this.#options;
    const given = requirePrfOutput(output);
    const wrap = this.#known.find((known) => equalBytes(known.credentialId, credentialId));
    if (wrap === undefined) {
      wipe(given);
      throw new DeviceError('no-passkey', 'this passkey opens no backup of this account');
    }
    const sealed = resealPasskey(account, { current, next: this.#next }, wrap, given);
    if (!this.#taken.some((taken) => equalBytes(taken.credentialId, credentialId))) this.#taken.push(sealed);
  }

  /** @throws DeviceError `weak-password`; as `proveRotationPassword` and `rotateAccount` */
  async finish(password: string): Promise<RotatedKey> {
    if (ratePassword(password) === 'refused') {
      throw new DeviceError('weak-password', 'this password is too easy to guess; nothing was changed');
    }
    // Copies: a lock in the middle overwrites the keys, and what is sealed and signed here must never be an overwritten one.
    const current = copyOf(this.#options.current);
    const next = copyOf(this.#next);
    try {
      return await this.#rotate(current, next, password);
    } catch (error) {
      wipe(next);
      throw error;
    } finally {
      wipe(current);
    }
  }

  async #rotate(current: BackupKey, next: BackupKey, password: string): Promise<RotatedKey> {
    const account = await readOwnerAgain(this.#options.account);
    const prove = async (): Promise<readonly RotationKeyslot[]> => [
      await proveRotationPassword(account, { current, next }, password),
      ...this.#taken.map((wrap) => ({ kind: 'passkey' as const, ...wrap })),
    ];
    const rotated = await rotateAccount(account, { current, next, prove, platform: browserPlatform });
    return {
      account: rotated.account,
      next,
      answer: {
        keyIdHex: toHex(deriveKeyId(next)),
        takenPasskeys: this.#taken.length,
        missingCopies: await this.#copy(rotated.account, next),
        missingPacks: rotated.missingPacks,
      },
    };
  }

  /** Overwrites the next key. One that was handed over is a copy. */
  forget(): void {
    wipe(this.#next);
  }

  /** @returns in how many repositories a wrap is missing */
  async #copy(account: DeviceAccount, next: BackupKey): Promise<number> {
    const signer = new OwnerSigner(account, next);
    const repositories = await repositoriesOf(account, signer);
    let missing = 0;
    for (const wrap of this.#taken) missing += await copyPasskeyWrap(account, signer, wrap, repositories);
    return missing;
  }
}

function copyOf(key: BackupKey): BackupKey {
  return requireBackupKey(key.slice());
}
