import { hashLedgerEvent, decodeLedgerEvent, LedgerEventKind } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { AccountSession } from './account-session';
import { AccountTurns } from './account-turns';
import { ChainDiffers } from './chain-differs';
import { VaultError } from './errors';
import { agreedLastEvent, hasOwnMac, makeEvent, newChain } from './event-maker';
import { openingBudget } from './guess-budget';
import type { KeySealer } from './ports/key-sealer';
import type { AccountRow, LockedAccount, StoredEvent } from './ports/rows';
import type { AccountTransaction, VaultStore } from './ports/vault-store';

/** Opens accounts and runs acts on them. */
export class Accounts<Transaction extends AccountTransaction = AccountTransaction> {
  readonly #store: VaultStore<Transaction>;
  readonly #sealer: KeySealer;
  readonly #vaultId: Uint8Array;
  readonly #onCommitted: () => void;
  readonly #turns = new AccountTurns();

  constructor(parts: {
    readonly store: VaultStore<Transaction>;
    readonly sealer: KeySealer;
    readonly vaultId: Uint8Array;
    /** Told after each commit of an act, so that its events need not wait for the sequencer's next round. */
    readonly onCommitted?: () => void;
  }) {
    this.#store = parts.store;
    this.#sealer = parts.sealer;
    this.#vaultId = parts.vaultId;
    this.#onCommitted = parts.onCommitted ?? (() => undefined);
  }

  /** The account of an identity; made with one budget row and its first event where this is its first request. */
  async ensure(issuer: string, subject: string): Promise<AccountRow> {
    const found = await this.#store.findAccount(issuer, subject);
    if (found.account !== undefined) return found.account;
    const accountId = newUuid();
    const event = await makeEvent(this.#sealer, accountId, newChain, {
      kind: LedgerEventKind.accountOpened,
      atMs: found.nowMs,
      budget: openingBudget,
      details: {},
    });
    await this.#store.createAccount({ accountId, issuer, subject }, openingBudget, event);
    // whoever came first made it
    const { account } = await this.#store.findAccount(issuer, subject);
    if (account === undefined) throw new VaultError('not-found', 'the account was removed while it was made');
    return account;
  }

  /**
   * Runs `work` in one transaction on a locked account whose chain agrees with its budget. When this resolves, COMMIT is
   * known; when `work` throws, nothing happened.
   *
   * @param options.loginId - a login to read along with the lock
   * @param options.evenClosed - also where the account is being deleted: for the deletion itself
   * @throws VaultError `not-found`, `account-closed`, `account-sealed` (also where the difference is found now), `vault-sealed`,
   *   `rate-limited` where too many acts of the account wait already
   */
  async within<T>(
    accountId: string,
    work: (session: AccountSession<Transaction>) => Promise<T>,
    options: { readonly loginId?: string; readonly evenClosed?: boolean } = {},
  ): Promise<T> {
    try {
      const result = await this.#turns.take(accountId, () =>
        this.#store.transaction(accountId, async (transaction) =>
          work(await this.#open(transaction, accountId, options)),
        ),
      );
      this.#onCommitted();
      return result;
    } catch (error) {
      if (!(error instanceof ChainDiffers)) throw error;
      await this.seal(accountId, error.what);
      throw error;
    }
  }

  /**
   * Opens an account inside a transaction that the caller began for other rows of the same account. Where the chain differs
   * the caller must roll back; the next check seals the account.
   *
   * @throws VaultError `not-found`, `account-closed`, `account-sealed`, `vault-sealed`
   */
  async join(transaction: Transaction, accountId: string): Promise<AccountSession<Transaction>> {
    return this.#open(transaction, accountId, {});
  }

  async #open(
    transaction: Transaction,
    accountId: string,
    { loginId, evenClosed = false }: { readonly loginId?: string; readonly evenClosed?: boolean },
  ): Promise<AccountSession<Transaction>> {
    const locked = await transaction.lock(loginId);
    if (locked === undefined) throw new VaultError('not-found', 'there is no such account');
    if (locked.vaultSealedReason !== null) throw new VaultError('vault-sealed', 'the vault is sealed');
    if (locked.row.closedAtMs !== null && !evenClosed) {
      throw new VaultError('account-closed', 'the account is being deleted');
    }
    if (locked.row.sealedReason !== null) throw new VaultError('account-sealed', 'the account is sealed');
    const last = await agreedLastEvent(this.#sealer, accountId, locked);
    if (last === undefined) throw new ChainDiffers('the budget does not agree with the ledger');
    // The chain remembers a seal that somebody took off the row: only a repair lifts it.
    if (last.kind === LedgerEventKind.accountSealed) throw new VaultError('account-sealed', 'the account is sealed');
    return new AccountSession(transaction, locked, this.#sealer, this.#vaultId);
  }

  /** Seals one account, for staff to repair. An authentic chain records it; a forged one cannot. */
  async seal(accountId: string, reason: string): Promise<void> {
    await this.#store.transaction(accountId, async (transaction) => {
      const locked = await transaction.lock();
      if (locked === undefined || locked.row.sealedReason !== null) return;
      await transaction.seal(reason);
      const { last } = locked;
      if (last === null || !(await this.#isAuthentic(accountId, last, locked))) return;
      const { remaining, attempt, nextAtMs, serial } = decodeLedgerEvent(last.event);
      const position = { number: last.number, hash: hashLedgerEvent(last.event) };
      await transaction.append(
        await makeEvent(this.#sealer, accountId, position, {
          kind: LedgerEventKind.accountSealed,
          atMs: locked.nowMs,
          budget: { remaining, attempt, nextAtMs, serial },
          details: { reason },
        }),
      );
    });
  }

  async #isAuthentic(accountId: string, last: StoredEvent, locked: LockedAccount): Promise<boolean> {
    return last.number >= locked.sequencedNumber && (await hasOwnMac(this.#sealer, accountId, last));
  }
}
