import { PgLedgerStore, type Database, type PgVaultState } from '@coffer/database';
import {
  chainHolds,
  checkTree,
  type Accounts,
  type AnchorSet,
  TreeAudit,
  type KeySealer,
  type TreeCheck,
  type VaultIdentity,
} from '@coffer/key-vault';
import type { Logger } from '@coffer/observability';
import { Pace } from './pace';

export interface LedgerWatchdogParts {
  readonly database: Database;
  readonly state: PgVaultState;
  readonly anchors: AnchorSet;
  readonly sealer: KeySealer;
  readonly identity: VaultIdentity;
  readonly accounts: Pick<Accounts, 'seal'>;
  readonly log: Logger;
}

/** Chains and leaves that are read at a time: what guesses and the sequencer, which come first, may have to wait for. */
const chainsAtOnce = 20;
const leavesAtOnce = 100;

/** Finds out whether ledger, anchor and budgets agree, and seals what does not: one account, or the whole vault. */
export class LedgerWatchdog {
  /** Why the vault is sealed, as this process last saw it; null where it is not. */
  sealedReason: string | null = null;
  /** What the last check of tree and anchors found here; undefined before the first. */
  lastTreeCheck: TreeCheck | undefined;
  readonly #parts: LedgerWatchdogParts;
  readonly #ledger: PgLedgerStore;
  /** When every account, and the whole tree, was last read through (`performance.now`); undefined before the first time. */
  readonly lastWhole: { chains: number | undefined; tree: number | undefined } = { chains: undefined, tree: undefined };
  readonly #audit: TreeAudit;
  #afterAccount: string | null = null;

  constructor(parts: LedgerWatchdogParts) {
    this.#parts = parts;
    this.#ledger = new PgLedgerStore(parts.database);
    this.#audit = new TreeAudit(parts.sealer);
  }

  /** Tree and anchors: cheap, and done before anything is sequenced. */
  async checkTree(): Promise<TreeCheck> {
    const check = await checkTree(this.#ledger, this.#parts.anchors, this.#parts.identity.ledgerVerifier);
    if (check.problem !== undefined) await this.#sealVault(check.problem);
    await this.#ledger.markChecked(check.problem === undefined);
    await this.refresh();
    this.lastTreeCheck = check;
    return check;
  }

  /**
   * Tree and anchors; then accounts and leaves, each until all were read or half of `budgetMs` is used up. The next check goes on where
   * this one stopped.
   */
  async checkAll(budgetMs: number): Promise<void> {
    await this.checkTree();
    const pace = new Pace();
    await this.#within(budgetMs / 2, pace, () => this.#nextChains(pace));
    await this.#within(budgetMs / 2, pace, () => this.#nextLeaves());
  }

  /** What another process may have found. */
  async refresh(): Promise<void> {
    this.sealedReason = (await this.#parts.state.state())?.sealedReason ?? null;
  }

  /** @param next - the next piece; whether it was the last one */
  async #within(milliseconds: number, pace: Pace, next: () => Promise<boolean>): Promise<void> {
    const endsAt = performance.now() + milliseconds;
    while (!(await next()) && performance.now() < endsAt) await pace.breathe();
  }

  async #nextChains(pace: Pace): Promise<boolean> {
    const chains = await this.#ledger.chains(this.#afterAccount, chainsAtOnce);
    for (const chain of chains) {
      if (!(await chainHolds(this.#parts.sealer, chain))) await this.#sealAccount(chain.accountId);
      await pace.breathe();
    }
    this.#afterAccount = chains.length < chainsAtOnce ? null : (chains.at(-1)?.accountId ?? null);
    if (this.#afterAccount === null) this.lastWhole.chains = performance.now();
    return this.#afterAccount === null;
  }

  async #nextLeaves(): Promise<boolean> {
    const { problem, differingAccounts, isDone } = await this.#audit.step(this.#ledger, leavesAtOnce);
    if (problem !== undefined) await this.#sealVault(problem);
    for (const accountId of differingAccounts) await this.#sealAccount(accountId);
    if (isDone) this.lastWhole.tree = performance.now();
    return isDone || problem !== undefined;
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
