import { setTimeout as pause } from 'node:timers/promises';
import { PgLedgerStore, type Database, type PgVaultState } from '@coffer/database';
import {
  chainHolds,
  checkLeaves,
  checkTree,
  type Accounts,
  type Anchor,
  type KeySealer,
  type VaultIdentity,
} from '@coffer/key-vault';
import type { Logger } from '@coffer/observability';

export interface LedgerWatchdogParts {
  readonly database: Database;
  readonly state: PgVaultState;
  readonly anchor: Anchor;
  readonly sealer: KeySealer;
  readonly identity: VaultIdentity;
  readonly accounts: Pick<Accounts, 'seal'>;
  readonly log: Logger;
}

/** Chains that one check replays, and so many at a time; the next check goes on where it stopped. */
const chainsPerCheck = 2_000;
const chainsAtOnce = 100;
const leavesPerCheck = 5_000;

/** Finds out whether ledger, anchor and budgets agree, and seals what does not: one account, or the whole vault. */
export class LedgerWatchdog {
  /** Why the vault is sealed, as this process last saw it; null where it is not. */
  sealedReason: string | null = null;
  readonly #parts: LedgerWatchdogParts;
  readonly #ledger: PgLedgerStore;
  #afterAccount: string | null = null;
  #nextLeaf = 0;

  constructor(parts: LedgerWatchdogParts) {
    this.#parts = parts;
    this.#ledger = new PgLedgerStore(parts.database);
  }

  /** Tree and anchor: cheap, and done before anything is sequenced. */
  async checkTree(): Promise<void> {
    const problem = await checkTree(this.#ledger, this.#parts.anchor, this.#parts.identity.ledgerVerifier);
    if (problem !== undefined) await this.#sealVault(problem);
    await this.#ledger.markChecked(problem === undefined);
    await this.refresh();
  }

  /** Tree and anchor, then the next leaves and the next accounts. */
  async checkAll(): Promise<void> {
    await this.checkTree();
    const leaves = await checkLeaves(this.#ledger, this.#nextLeaf, leavesPerCheck);
    if (leaves.problem !== undefined) await this.#sealVault(leaves.problem);
    this.#nextLeaf = leaves.next === this.#nextLeaf ? 0 : leaves.next;
    for (const accountId of leaves.differingAccounts) await this.#sealAccount(accountId);
    await this.#checkChains();
  }

  /** What another process may have found. */
  async refresh(): Promise<void> {
    this.sealedReason = (await this.#parts.state.state())?.sealedReason ?? null;
  }

  async #checkChains(): Promise<void> {
    for (let checked = 0; checked < chainsPerCheck;) {
      const chains = await this.#ledger.chains(this.#afterAccount, chainsAtOnce);
      for (const chain of chains) {
        if (!(await chainHolds(this.#parts.sealer, chain))) await this.#sealAccount(chain.accountId);
      }
      checked += chains.length;
      this.#afterAccount = chains.length < chainsAtOnce ? null : (chains.at(-1)?.accountId ?? null);
      if (this.#afterAccount === null) return;
      // guesses and the sequencer come first
      await pause(5);
    }
  }

  async #sealAccount(accountId: string): Promise<void> {
    this.#parts.log.error('an account does not agree with its ledger; it is sealed');
    await this.#parts.accounts.seal(accountId, 'the budget does not agree with the ledger');
  }

  async #sealVault(reason: string): Promise<void> {
    this.#parts.log.fatal({ reason }, 'the vault is sealed');
    this.sealedReason ??= reason;
    await this.#parts.state.seal(reason);
  }
}
