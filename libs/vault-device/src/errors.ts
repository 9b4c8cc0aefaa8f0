import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * A device stops because the vault is not what it knows, or because going on could lose something.
 *
 * - `deployment-changed`: the vault shows another id than deployment.json pins. Nothing secret was sent.
 * - `account-owned`: the account has an owner key already, and this device does not hold it.
 * - `wrong-key`: the key that came back is not the one that the account names.
 * - `no-keyslot`: nothing that could be opened.
 * - `not-rotated`: a rotation lost against other devices again and again. The former key is in force; nothing was lost.
 * - `not-hashed`: the worker has not read a found copy yet, so nobody can say which bytes are meant.
 */
export class VaultDeviceError extends CofferError {
  declare readonly code:
    'deployment-changed' | 'account-owned' | 'wrong-key' | 'no-keyslot' | 'not-rotated' | 'not-hashed';

  constructor(code: VaultDeviceError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
