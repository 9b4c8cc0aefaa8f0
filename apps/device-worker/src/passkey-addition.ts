import type { BackupKey } from '@coffer/device-crypto';
import { newPrfSalt, passkeyPrfInput, requirePrfOutput } from '@coffer/device-crypto';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import type { PasskeyWrap } from '@coffer/evidence';
import { fromHex } from '@coffer/foundation';
import { activatePasskey, listPasskeys, sealPasskey, type DeviceAccount } from '@coffer/vault-device';

export interface PasskeyAdditionOptions {
  readonly account: DeviceAccount;
  /** Of the open backup, which wipes it when it is locked. */
  readonly backupKey: BackupKey;
  /** Relying party id: the host name of the page. */
  readonly rpId: string;
}

/** A passkey on its way to a keyslot: begun, sealed under a first evaluation, added after a second one. */
export class PasskeyAddition {
  readonly #options: PasskeyAdditionOptions;
  readonly #prfSalt = newPrfSalt();
  #wrap: PasskeyWrap | undefined;

  constructor(options: PasskeyAdditionOptions) {
    this.#options = options;
  }

  /** @throws VaultClientError */
  async begin(): Promise<DeviceResult<'beginPasskey'>> {
    const { account, rpId } = this.#options;
    const known = (await listPasskeys(account, rpId)).map(({ credentialId }) => credentialId.slice());
    const userId = fromHex(account.accountId.replaceAll('-', ''));
    return { rpId, userId, prfInput: passkeyPrfInput(this.#prfSalt), known };
  }

  /** @param output - 32 bytes; overwritten */
  seal(credentialId: Uint8Array, output: Uint8Array): void {
    const { account, backupKey, rpId } = this.#options;
    const place = { rpId, credentialId, prfSalt: this.#prfSalt };
    this.#wrap = sealPasskey(account, backupKey, place, requirePrfOutput(output));
  }

  /** @param output - 32 bytes; overwritten. @throws as `activatePasskey`; DeviceError `protocol` before `seal` */
  async confirm(output: Uint8Array): Promise<DeviceResult<'confirmPasskey'>> {
    const { account, backupKey } = this.#options;
    if (this.#wrap === undefined) throw new DeviceError('protocol', 'there is no passkey to be confirmed; begin anew');
    const { missingCopies } = await activatePasskey(account, backupKey, this.#wrap, requirePrfOutput(output));
    return { missingCopies };
  }
}
