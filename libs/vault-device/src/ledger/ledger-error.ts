import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * The ledger is not what this device knows of it, or does not say what the vault does. Nothing that the vault says about keys
 * and attempts is to be believed until that is explained.
 *
 * - `ledger-rolled-back`: it shows an earlier state than this device has seen.
 * - `ledger-forked`: it shows another history than the one that this device has seen.
 * - `ledger-broken`: the account's budget is not the one that its events give.
 * - `ledger-behind`: events are not in the tree yet (retryable).
 * - `ledger-memory-damaged`: what this device has seen can no longer be read.
 */
export class LedgerError extends CofferError {
  declare readonly code:
    'ledger-rolled-back' | 'ledger-forked' | 'ledger-broken' | 'ledger-behind' | 'ledger-memory-damaged';

  constructor(code: LedgerError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, { isRetryable: code === 'ledger-behind', ...options });
  }
}
