import type { BudgetState } from '@coffer/evidence';
import type {
  AccountDeletionRow,
  AccountRow,
  ChallengePurpose,
  KeyslotRow,
  NewEvent,
  NewNotice,
  NewStartRow,
  PasskeyRow,
  Sealed,
  StoredEvent,
  VaultStore,
} from '@coffer/key-vault';
import type { Database } from '../database';
import { DatabaseError } from '../errors';
import * as account from './account-statements';
import * as deletion from './deletion-statements';
import * as login from './login-statements';
import * as newStart from './new-start-statements';
import * as password from './password-statements';
import { PgAccountTransaction } from './pg-account-transaction';
import { toAccount, type AccountColumns } from './rows';

/** An event as its owner sees it. */
export interface ListedEvent extends StoredEvent {
  readonly salt: Uint8Array;
  readonly leafIndex: number | null;
}

/** A budget as it was at one moment of the database's clock. */
export interface SeenBudget extends BudgetState {
  readonly vetoedUntilMs: number | null;
  readonly nowMs: number;
}

/** Accounts on PostgreSQL. */
export class PgVaultStore implements VaultStore<PgAccountTransaction> {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  transaction<T>(accountId: string, work: (transaction: PgAccountTransaction) => Promise<T>): Promise<T> {
    return this.#database.transaction((sql) => work(new PgAccountTransaction(accountId, sql)));
  }

  async findAccount(
    issuer: string,
    subject: string,
  ): Promise<{ readonly account: AccountRow | undefined; readonly nowMs: number }> {
    type Row = AccountColumns & { readonly nowMs: number; readonly accountId: string | null };
    const [row] = await this.#database.rows<Row>(account.findAccount, [issuer, subject]);
    if (row === undefined) throw new DatabaseError('failed', 'the database did not tell its clock');
    return { nowMs: row.nowMs, account: row.accountId === null ? undefined : toAccount(row.accountId, row) };
  }

  async createAccount(
    row: Pick<AccountRow, 'accountId' | 'issuer' | 'subject'>,
    budget: BudgetState,
    event: NewEvent,
  ): Promise<void> {
    await this.#database.change(account.createAccount, [
      ...[row.accountId, row.issuer, row.subject, budget.remaining],
      ...[event.number, event.event, event.hash, event.mac, event.salt, event.fields.kind, event.fields.atMs],
    ]);
  }

  async issueChallenge(
    accountId: string,
    challenge: Uint8Array,
    purpose: ChallengePurpose,
    lifeSeconds: number,
  ): Promise<number> {
    const values = [accountId, challenge, purpose, lifeSeconds];
    const [row] = await this.#database.rows<{ expiresAtMs: number }>(account.issueChallenge, values);
    if (row === undefined) throw new DatabaseError('failed', 'the challenge was not stored');
    return row.expiresAtMs;
  }

  async storeEvaluation(
    accountId: string,
    loginId: string,
    ke2: Uint8Array,
    state: Sealed,
  ): Promise<Uint8Array | undefined> {
    const values = [accountId, loginId, ke2, state.bytes, state.epoch];
    const [stored] = await this.#database.rows<{ ke2: Uint8Array }>(login.storeEvaluation, values);
    if (stored !== undefined) return stored.ke2;
    const [earlier] = await this.#database.rows<{ ke2: Uint8Array }>(login.findEvaluation, [accountId, loginId]);
    return earlier?.ke2;
  }

  passkeys(accountId: string): Promise<readonly PasskeyRow[]> {
    return this.#database.rows<PasskeyRow>(password.listPasskeys, [accountId]);
  }

  /** The budget as it is, without a lock: for telling, not for deciding. */
  async budget(accountId: string): Promise<SeenBudget> {
    const [row] = await this.#database.rows<SeenBudget>(account.findBudget, [accountId]);
    if (row === undefined) throw new DatabaseError('failed', 'an account has no budget row');
    return row;
  }

  async keyslots(accountId: string): Promise<readonly KeyslotRow[]> {
    return this.#database.rows<KeyslotRow>(password.listKeyslots, [accountId]);
  }

  /** Newest first, before the notice of id `before`. */
  async notices(accountId: string, before: string | null, limit: number): Promise<readonly NewNotice[]> {
    return this.#database.rows<NewNotice>(account.listNotices, [accountId, before, limit]);
  }

  /** The account's own events after number `after`, oldest first. */
  async events(accountId: string, after: number, limit: number): Promise<readonly ListedEvent[]> {
    return this.#database.rows<ListedEvent>(account.listEvents, [accountId, after, limit]);
  }

  /** Where an event stands in the tree; null until the sequencer took it in. */
  async leafIndex(accountId: string, number: number): Promise<number | null> {
    const [row] = await this.#database.rows<{ leafIndex: number }>(account.findLeafIndex, [accountId, number]);
    return row?.leafIndex ?? null;
  }

  async dueShreds(limit: number): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ accountId: string }>(login.dueShreds, [limit]);
    return rows.map(({ accountId }) => accountId);
  }

  async dueNewStarts(limit: number): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ accountId: string }>(newStart.dueNewStarts, [limit]);
    return rows.map(({ accountId }) => accountId);
  }

  async dueDeletions(limit: number): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ accountId: string }>(deletion.dueDeletions, [limit]);
    return rows.map(({ accountId }) => accountId);
  }

  /** The deletion of an account that waits or is under way. */
  async deletion(accountId: string): Promise<AccountDeletionRow | null> {
    const [row] = await this.#database.rows<AccountDeletionRow>(deletion.findDeletion, [accountId]);
    return row ?? null;
  }

  /** The account's new starts, the oldest first. */
  async newStarts(accountId: string): Promise<readonly NewStartRow[]> {
    return this.#database.rows<NewStartRow>(newStart.listNewStarts, [accountId]);
  }

  async sweep(limit: number): Promise<boolean> {
    const sweeps = [
      account.sweepChallenges,
      login.wipeLogins,
      login.sweepLogins,
      password.sweepRegistrations,
      password.forgetRegistrations,
    ];
    let isMore = false;
    for (const statement of sweeps) isMore = (await this.#database.change(statement, [limit])) >= limit || isMore;
    return isMore;
  }
}
