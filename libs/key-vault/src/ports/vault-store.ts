import type { BudgetState, LedgerEventKind } from '@coffer/evidence';
import type { AccountDeletionRows } from './account-deletion-rows';
import type { GuessVetoRows } from './guess-veto-rows';
import type { Sealed } from './key-sealer';
import type { NewStartRows } from './new-start-rows';
import type {
  AccountRow,
  KeyslotRow,
  LockedAccount,
  LoginOutcome,
  LoginRow,
  NewEvent,
  NewLogin,
  NewNotice,
  NewRegistration,
  NextHead,
  PasskeyRow,
  PendingRecord,
  RecordRow,
  RepositoryHeadRow,
  RegistrationRow,
  StoredEvent,
} from './rows';

/** What a challenge is for: an owner statement (5 minutes), or a proof of restorability (24 hours). */
export type ChallengePurpose = 'statement' | 'proof';

/** One transaction of one account. Everything here sees and changes rows of that account only. */
export interface AccountTransaction {
  /**
   * Locks the budget row, then reads what every act needs.
   *
   * @param loginId - a login to read along
   * @returns undefined where there is no such account
   */
  lock(loginId?: string): Promise<LockedAccount | undefined>;

  /**
   * The active password record, if there is one. An act reads it where it needs it and not before: what is refused must not take as long as it
   * takes to read a record.
   */
  record(): Promise<RecordRow | null>;

  /**
   * The guess itself, as one conditional statement: the budget goes from `before` to `after` only while a guess is left and
   * due, and no veto holds, by the database's clock, and only then are login and event written.
   *
   * @returns whether it happened
   */
  spend(before: BudgetState, after: BudgetState, login: NewLogin, event: NewEvent): Promise<boolean>;
  /** Writes an event that leaves the budget as it is. */
  append(event: NewEvent): Promise<void>;
  /** Writes an event that changes the budget, in one conditional statement. @returns whether the row was still `before` */
  appendWithBudget(before: BudgetState, after: BudgetState, event: NewEvent): Promise<boolean>;
  addNotice(notice: NewNotice): Promise<void>;

  /** Spends a challenge that was issued and is neither spent nor expired. @returns whether there was one */
  spendChallenge(challenge: Uint8Array, purpose: ChallengePurpose): Promise<boolean>;
  /** Binds the first owner key: one conditional statement (`owner_generation = 0`). @returns whether it was the first */
  bindOwner(keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean>;
  seal(reason: string): Promise<void>;

  readonly veto: GuessVetoRows;
  readonly newStarts: NewStartRows;
  readonly deletion: AccountDeletionRows;

  /** The account's newest event of a kind. */
  newestEvent(kind: LedgerEventKind): Promise<StoredEvent | null>;

  insertLogin(login: NewLogin): Promise<void>;
  login(loginId: string): Promise<LoginRow | null>;
  /** Ends an open login with the one KE3 that it gets; its state goes. @returns whether it was open and not expired */
  consumeLogin(loginId: string, outcome: LoginOutcome, ke3Hash: Uint8Array, answer: Sealed | null): Promise<boolean>;
  /** Whether a guess under `serial` may still be answered. */
  hasOpenLogin(serial: number): Promise<boolean>;

  /** Remembers that the record of `serial` goes when the logins of the tenth guess have expired. */
  planShred(serial: number, dueAtMs: number): Promise<void>;
  plannedShred(): Promise<{ readonly serial: number } | null>;
  dropPlannedShred(): Promise<void>;
  /** Deletes the active record of `serial`. @returns whether there was one */
  deleteRecord(serial: number): Promise<boolean>;
  insertRecord(record: RecordRow): Promise<void>;

  keyslots(): Promise<readonly KeyslotRow[]>;
  insertKeyslot(keyslot: KeyslotRow): Promise<void>;
  endKeyslot(keyslotId: string, state: 'removed' | 'shredded'): Promise<void>;
  /** The wraps of the owner's passkey keyslots, oldest first. */
  passkeys(): Promise<readonly PasskeyRow[]>;
  insertPasskey(passkey: PasskeyRow): Promise<void>;
  deletePasskey(keyslotId: string): Promise<void>;

  registration(registrationId: string): Promise<RegistrationRow | null>;
  registrationOfRequest(idempotencyKey: string, requestHash: Uint8Array): Promise<RegistrationRow | null>;
  registrationsSince(sinceMs: number): Promise<number>;
  insertRegistration(registration: NewRegistration): Promise<void>;
  /** From `open` to `pending`. @returns whether it was open and not expired */
  setPending(registrationId: string, pending: PendingRecord): Promise<boolean>;
  /** Counts one more evaluation of at most `most`. @returns whether there was one left, it is pending and not expired */
  countEvaluation(registrationId: string, most: number): Promise<boolean>;
  /** From `pending` to `proven`, until `expiresAtMs`. @returns whether it was pending and not expired */
  setProven(registrationId: string, expiresAtMs: number): Promise<boolean>;
  /** From `pending` or `proven` to `activated`; what it sealed goes. */
  finishRegistration(registrationId: string): Promise<void>;
  /** Ends registrations in these states but `except`; what they sealed goes. */
  endRegistrations(states: readonly ('open' | 'pending' | 'proven')[], except: string | null): Promise<void>;

  /** Locks every repository of the account. */
  lockRepositories(): Promise<readonly RepositoryHeadRow[]>;
  /**
   * Hands a repository to the next backup key, with the head that makes it so; null where there is no head yet.
   *
   * @returns whether its head was the one that the new one follows
   */
  rekeyRepository(repositoryId: Uint8Array, keyId: Uint8Array, next: NextHead | null): Promise<boolean>;
  /**
   * Puts another owner key in place of the one of `generation`, as generation + 1: one conditional statement.
   *
   * @returns whether the account was of that generation
   */
  replaceOwner(generation: number, keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean>;
}

/** Where accounts are kept. */
export interface VaultStore<Transaction extends AccountTransaction = AccountTransaction> {
  /** One transaction; when it resolves, COMMIT is known. */
  transaction<T>(accountId: string, work: (transaction: Transaction) => Promise<T>): Promise<T>;

  /** The account of an identity, and the database's clock. */
  findAccount(
    issuer: string,
    subject: string,
  ): Promise<{ readonly account: AccountRow | undefined; readonly nowMs: number }>;
  /** Makes account, budget row and first event in one statement; does nothing where the identity has an account. */
  createAccount(
    account: Pick<AccountRow, 'accountId' | 'issuer' | 'subject'>,
    budget: BudgetState,
    event: NewEvent,
  ): Promise<void>;

  /** @returns when it expires, by the database's clock */
  issueChallenge(
    accountId: string,
    challenge: Uint8Array,
    purpose: ChallengePurpose,
    lifeSeconds: number,
  ): Promise<number>;

  /**
   * T2: stores state and KE2 of a login that has none and has not expired.
   *
   * @returns the KE2 that the row now has: this one, or that of whoever was first; undefined where the login has expired
   */
  storeEvaluation(accountId: string, loginId: string, ke2: Uint8Array, state: Sealed): Promise<Uint8Array | undefined>;
  /** The wraps of the owner's passkey keyslots, oldest first. */
  passkeys(accountId: string): Promise<readonly PasskeyRow[]>;

  /** Accounts whose planned shred is due, at most `limit`. */
  dueShreds(limit: number): Promise<readonly string[]>;
  /** Accounts whose new start has a step that is due, at most `limit`. */
  dueNewStarts(limit: number): Promise<readonly string[]>;
  /** Accounts whose deletion has a step that is due, at most `limit`. */
  dueDeletions(limit: number): Promise<readonly string[]>;
  /**
   * Removes what has expired, oldest first and at most `limit` rows of a kind: challenges, pending records, old logins.
   *
   * @returns whether more of some kind may be left
   */
  sweep(limit: number): Promise<boolean>;
}
