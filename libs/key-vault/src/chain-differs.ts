import { VaultError } from './errors';

/**
 * Rows of an account do not say what its chain says: somebody edited the database. Whoever runs the act rolls it back and seals the
 * account; to the caller it is `account-sealed`.
 */
export class ChainDiffers extends VaultError {
  readonly what: string;

  /** @param what - in words for staff, e.g. `the budget does not agree with the ledger` */
  constructor(what: string) {
    super('account-sealed', `the account is sealed: ${what}`);
    this.what = what;
  }
}
