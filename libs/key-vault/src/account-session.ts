import {
  chainStart,
  decodeLedgerEvent,
  EvidenceError,
  hashLedgerEvent,
  verifyCoSignedStatement,
  verifyVaultStatement,
  type BudgetState,
  type ChainPosition,
  type CoSignedPurpose,
  type CoSignedStatement,
  type ExpectedVaultStatement,
  type LedgerEvent,
  type LedgerEventKind,
  type SignedStatement,
  type VaultPurpose,
  type VerifiedVaultStatement,
} from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { ChainDiffers } from './chain-differs';
import { VaultError } from './errors';
import { hasOwnMac, makeEvent, type EventDetails } from './event-maker';
import type { KeySealer } from './ports/key-sealer';
import type { AccountRow, LockedAccount, LoginRow, NewEvent, NewLogin, NewNotice } from './ports/rows';
import type { AccountTransaction } from './ports/vault-store';

/** What a statement must say beside account, vault and time. By default the account's current owner key and generation. */
export interface StatementExpectation {
  readonly ownerPublicKey?: Uint8Array | 'carried';
  readonly generation?: number;
  readonly serial?: number;
  readonly previousSerial?: number;
}

/**
 * One account inside one transaction, its budget row locked and its chain found to agree with it. Every change of the budget
 * goes through here, together with the event that records it.
 */
export class AccountSession<Transaction extends AccountTransaction = AccountTransaction> {
  readonly transaction: Transaction;
  readonly account: AccountRow;
  /** The database's clock after the lock, milliseconds. */
  readonly nowMs: number;
  /** Until when the owner's guess veto lasted when the account was locked. */
  readonly vetoedUntilMs: number | null;
  /** The login that was asked for when the account was opened. */
  readonly login: LoginRow | null;
  readonly anchoredAtMs: number | null;
  /** Whether new starts or a deletion were known of the account when it was locked, ended ones included. */
  readonly hasLossRows: boolean;
  readonly #sealer: KeySealer;
  readonly #vaultId: Uint8Array;
  #budget: BudgetState;
  #position: ChainPosition;

  constructor(transaction: Transaction, locked: LockedAccount, sealer: KeySealer, vaultId: Uint8Array) {
    this.transaction = transaction;
    this.account = locked.row;
    this.nowMs = locked.nowMs;
    this.vetoedUntilMs = locked.vetoedUntilMs;
    this.login = locked.login;
    this.anchoredAtMs = locked.anchoredAtMs;
    this.hasLossRows = locked.hasLossRows;
    this.#sealer = sealer;
    this.#vaultId = vaultId;
    this.#budget = locked.budget;
    this.#position =
      locked.last === null ? chainStart : { number: locked.last.number, hash: hashLedgerEvent(locked.last.event) };
  }

  /** The budget as it is now in this transaction. */
  get budget(): BudgetState {
    return this.#budget;
  }

  /**
   * Records an event, and with it a change of the budget where `after` is given.
   *
   * @param told - what the account is told of it, if anything
   * @returns the event's number
   */
  async append(
    kind: LedgerEventKind,
    details: EventDetails,
    after: BudgetState = this.#budget,
    told?: Omit<NewNotice, 'noticeId' | 'atMs' | 'eventNumber'>,
  ): Promise<number> {
    const event = await this.#next(kind, details, after);
    const before = this.#budget;
    const written =
      after === before
        ? this.transaction.append(event).then(() => true)
        : this.transaction.appendWithBudget(before, after, event);
    const notified = told === undefined ? undefined : this.notify({ ...told, eventNumber: event.number });
    const [isWritten] = await Promise.all([written, notified]);
    if (!isWritten) throw new VaultError('account-sealed', 'the budget row changed under its lock');
    this.#goOn(event, after);
    return event.number;
  }

  /**
   * Spends a guess: budget, login and event in one conditional statement.
   *
   * @returns the login, or undefined where the database found that no guess is due
   */
  async spend(
    kind: LedgerEventKind,
    details: EventDetails,
    after: BudgetState,
    login: Omit<NewLogin, 'eventNumber'>,
  ): Promise<NewLogin | undefined> {
    const event = await this.#next(kind, details, after);
    const counted = { ...login, eventNumber: event.number };
    if (!(await this.transaction.spend(this.#budget, after, counted, event))) return undefined;
    this.#goOn(event, after);
    return counted;
  }

  /**
   * The newest event of a kind: what an act may rest on where an edit of a row beside the chain must buy nothing.
   *
   * @throws ChainDiffers where the vault did not write it
   */
  async newest(kind: LedgerEventKind): Promise<LedgerEvent | undefined> {
    const { accountId } = this.account;
    const stored = await this.transaction.newestEvent(kind);
    if (stored === null) return undefined;
    const event = decodeLedgerEvent(stored.event);
    if ((await hasOwnMac(this.#sealer, accountId, stored)) && event.kind === kind) return event;
    throw new ChainDiffers('an event is not the vault’s own');
  }

  /** Tells the account. */
  async notify(notice: Omit<NewNotice, 'noticeId' | 'atMs'>): Promise<void> {
    await this.transaction.addNotice({ ...notice, noticeId: newUuid(), atMs: this.nowMs });
  }

  /**
   * Verifies an owner-signed act and spends its challenge. An act that is rolled back leaves the challenge unspent.
   *
   * @throws VaultError `statement-invalid`, `wrong-owner-generation`, `challenge-spent`
   */
  async requireStatement<P extends VaultPurpose>(
    purpose: P,
    signed: SignedStatement,
    expectation: StatementExpectation = {},
  ): Promise<VerifiedVaultStatement<P>> {
    return this.#spendChallenge(this.verifyStatement(purpose, signed, expectation));
  }

  /**
   * As `requireStatement`, for an act by which the current owner key hands over to the next one: both have signed it.
   *
   * @throws VaultError `statement-invalid`, `wrong-owner-generation`, `challenge-spent`
   */
  async requireCoSigned<P extends CoSignedPurpose>(
    purpose: P,
    signed: CoSignedStatement,
    expectation: Pick<StatementExpectation, 'serial' | 'previousSerial'> = {},
  ): Promise<VerifiedVaultStatement<P>> {
    return this.#spendChallenge(this.verifyCoSigned(purpose, signed, expectation));
  }

  /** As `requireCoSigned`, for a request that is repeated: its challenge was spent the first time. */
  verifyCoSigned<P extends CoSignedPurpose>(
    purpose: P,
    signed: CoSignedStatement,
    expectation: Pick<StatementExpectation, 'serial' | 'previousSerial'> = {},
  ): VerifiedVaultStatement<P> {
    const expected = this.#expected(purpose, expectation);
    return refusing(() => verifyCoSignedStatement(signed, expected));
  }

  /** As `requireStatement`, for a request that is repeated: its challenge was spent the first time. */
  verifyStatement<P extends VaultPurpose>(
    purpose: P,
    signed: SignedStatement,
    expectation: StatementExpectation = {},
  ): VerifiedVaultStatement<P> {
    const expected = this.#expected(purpose, expectation);
    return refusing(() => verifyVaultStatement(signed, expected));
  }

  #expected<P extends VaultPurpose>(purpose: P, expectation: StatementExpectation): ExpectedVaultStatement<P> {
    const ownerPublicKey = expectation.ownerPublicKey ?? this.account.ownerPublicKey;
    const generation = expectation.generation ?? this.account.ownerGeneration;
    if (ownerPublicKey === null || generation === 0) {
      throw new VaultError('wrong-owner-generation', 'the account has no owner key yet');
    }
    return {
      purpose,
      vaultId: this.#vaultId,
      account: this.account.accountId,
      generation,
      ownerPublicKey,
      nowMs: this.nowMs,
      ...(expectation.serial === undefined ? {} : { serial: expectation.serial }),
      ...(expectation.previousSerial === undefined ? {} : { previousSerial: expectation.previousSerial }),
    };
  }

  async #spendChallenge<P extends VaultPurpose>(
    verified: VerifiedVaultStatement<P>,
  ): Promise<VerifiedVaultStatement<P>> {
    if (await this.transaction.spendChallenge(verified.statement.challenge, 'statement')) return verified;
    throw new VaultError('challenge-spent', 'the challenge was used before or has expired; ask for a new one');
  }

  #next(kind: LedgerEventKind, details: EventDetails, budget: BudgetState): Promise<NewEvent> {
    return makeEvent(this.#sealer, this.account.accountId, this.#position, {
      kind,
      atMs: this.nowMs,
      budget,
      details,
    });
  }

  #goOn(event: NewEvent, after: BudgetState): void {
    this.#position = { number: event.number, hash: event.hash };
    this.#budget = after;
  }
}

/** Gives what a verifier refuses the vault's own codes. */
function refusing<Verified>(verify: () => Verified): Verified {
  try {
    return verify();
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    const code = cause.reason === 'wrong-generation' ? 'wrong-owner-generation' : 'statement-invalid';
    throw new VaultError(code, 'the signed statement does not hold for this act', {
      cause,
      fields: { reason: cause.reason },
    });
  }
}
