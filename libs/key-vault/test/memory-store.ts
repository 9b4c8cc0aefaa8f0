import type { BudgetState, LedgerEventKind } from '@coffer/evidence';
import type {
  AccountDeletionRow,
  AccountDeletionRows,
  AccountRow,
  AccountTransaction,
  ChallengePurpose,
  GuessVetoRows,
  KeyslotRow,
  LockedAccount,
  LoginOutcome,
  LoginRow,
  NewEvent,
  NewLogin,
  NewNotice,
  NewRegistration,
  NewStartRow,
  NewStartRows,
  NextHead,
  PasskeyRow,
  PendingRecord,
  RecordRow,
  RegistrationRow,
  RepositoryHeadRow,
  Sealed,
  StoredEvent,
  VaultStore,
} from '../src/index';

interface Rows {
  account: AccountRow;
  budget: BudgetState;
  readonly events: readonly NewEvent[];
  readonly logins: ReadonlyMap<string, LoginRow>;
  readonly registrations: ReadonlyMap<string, RegistrationRow>;
  readonly keyslots: readonly KeyslotRow[];
  readonly passkeys: readonly PasskeyRow[];
  readonly repositories: readonly RepositoryHeadRow[];
  readonly record: RecordRow | null;
  readonly challenges: ReadonlyMap<string, { readonly purpose: ChallengePurpose; readonly expiresAtMs: number }>;
  readonly notices: readonly NewNotice[];
  readonly vetoedUntilMs: number | null;
  readonly newStarts: readonly NewStartRow[];
  readonly deletion: AccountDeletionRow | null;
  readonly shred: { readonly serial: number; readonly dueAtMs: number } | null;
}

const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Those under the account's current key. */
function ofOwner<Row extends { readonly keyId: Uint8Array }>({ account }: Rows, rows: readonly Row[]): readonly Row[] {
  const { keyId } = account;
  return rows.filter((row) => keyId !== null && keyOf(row.keyId) === keyOf(keyId));
}

/**
 * A readable twin of the database: immutable rows per account, one writer at a time, all or nothing. It is the oracle that the
 * adapter's statements are compared with, so each method says the rule of its statement once more.
 */
export class MemoryStore implements VaultStore {
  nowMs = 1_800_000_000_000;
  anchoredAtMs: number | null = this.nowMs;
  /** Evaluations stored, which are guesses that somebody can use. */
  evaluations = 0;
  /** Whether what this twin has not, repositories and queued events, would be gone. */
  isEmptied = true;
  readonly #accounts = new Map<string, Rows>();
  readonly #queues = new Map<string, Promise<unknown>>();

  rows(accountId: string): Rows {
    return this.#accounts.get(accountId)!;
  }

  edit(accountId: string, change: Partial<Rows>): void {
    this.#accounts.set(accountId, { ...this.rows(accountId), ...change });
  }

  transaction<T>(accountId: string, work: (transaction: AccountTransaction) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const before = this.#accounts.get(accountId);
      const transaction = new MemoryTransaction(this, before);
      const result = await work(transaction);
      if (transaction.rows === undefined) this.#accounts.delete(accountId);
      else if (transaction.rows !== before) this.#accounts.set(accountId, transaction.rows);
      return result;
    };
    const result = (this.#queues.get(accountId) ?? Promise.resolve()).then(run, run);
    this.#queues.set(
      accountId,
      result.catch(() => undefined),
    );
    return result;
  }

  async findAccount(issuer: string, subject: string) {
    const account = [...this.#accounts.values()].find(
      (rows) => rows.account.issuer === issuer && rows.account.subject === subject,
    )?.account;
    return { account, nowMs: this.nowMs };
  }

  async createAccount(
    account: Pick<AccountRow, 'accountId' | 'issuer' | 'subject'>,
    budget: BudgetState,
    event: NewEvent,
  ): Promise<void> {
    if ((await this.findAccount(account.issuer, account.subject)).account !== undefined) return;
    this.#accounts.set(account.accountId, {
      account: {
        ...{ ...account, createdAtMs: this.nowMs, ownerGeneration: 0 },
        ...{ keyId: null, ownerPublicKey: null, sealedReason: null, closedAtMs: null },
      },
      budget,
      events: [event],
      logins: new Map(),
      registrations: new Map(),
      keyslots: [],
      passkeys: [],
      repositories: [],
      record: null,
      challenges: new Map(),
      notices: [],
      vetoedUntilMs: null,
      newStarts: [],
      deletion: null,
      shred: null,
    });
  }

  async issueChallenge(accountId: string, challenge: Uint8Array, purpose: ChallengePurpose, lifeSeconds: number) {
    const expiresAtMs = this.nowMs + lifeSeconds * 1000;
    const challenges = new Map(this.rows(accountId).challenges).set(keyOf(challenge), { purpose, expiresAtMs });
    this.edit(accountId, { challenges });
    return expiresAtMs;
  }

  async storeEvaluation(accountId: string, loginId: string, ke2: Uint8Array, state: Sealed) {
    const login = this.rows(accountId).logins.get(loginId);
    if (login === undefined || login.expiresAtMs <= this.nowMs) return undefined;
    if (login.ke2 !== null || login.outcome !== null) return login.ke2 ?? undefined;
    if (login.registrationId === null) this.evaluations++;
    this.edit(accountId, { logins: new Map(this.rows(accountId).logins).set(loginId, { ...login, ke2, state }) });
    return ke2;
  }

  async passkeys(accountId: string): Promise<readonly PasskeyRow[]> {
    const rows = this.rows(accountId);
    return ofOwner(rows, rows.passkeys);
  }

  async dueShreds(limit: number): Promise<readonly string[]> {
    const due = [...this.#accounts.values()].filter(({ shred }) => shred !== null && shred.dueAtMs <= this.nowMs);
    return due.slice(0, limit).map(({ account }) => account.accountId);
  }

  async dueNewStarts(limit: number): Promise<readonly string[]> {
    const isDue = ({ stepAtMs }: NewStartRow): boolean => stepAtMs !== null && stepAtMs <= this.nowMs;
    const due = [...this.#accounts.values()].filter(({ newStarts }) => newStarts.some(isDue));
    return due.slice(0, limit).map(({ account }) => account.accountId);
  }

  async dueDeletions(limit: number): Promise<readonly string[]> {
    const due = [...this.#accounts.values()].filter(({ deletion }) => (deletion?.stepAtMs ?? Infinity) <= this.nowMs);
    return due.slice(0, limit).map(({ account }) => account.accountId);
  }

  async sweep(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

class MemoryTransaction implements AccountTransaction {
  rows: Rows | undefined;
  readonly #store: MemoryStore;

  constructor(store: MemoryStore, rows: Rows | undefined) {
    this.#store = store;
    this.rows = rows;
  }

  get #now(): number {
    return this.#store.nowMs;
  }

  get #rows(): Rows {
    return this.rows!;
  }

  #set(change: Partial<Rows>): void {
    this.rows = { ...this.#rows, ...change };
  }

  async lock(loginId?: string): Promise<LockedAccount | undefined> {
    if (this.rows === undefined) return undefined;
    const { account, budget, vetoedUntilMs, events, newStarts, deletion } = this.rows;
    return {
      vetoedUntilMs,
      ...{ row: account, budget, last: events.at(-1) ?? null, sequencedNumber: 0 },
      login: loginId === undefined ? null : (this.rows.logins.get(loginId) ?? null),
      nowMs: this.#now,
      anchoredAtMs: this.#store.anchoredAtMs,
      vaultSealedReason: null,
      hasLossRows: newStarts.length > 0 || deletion !== null,
    };
  }

  async spend(before: BudgetState, after: BudgetState, login: NewLogin, event: NewEvent): Promise<boolean> {
    const { budget } = this.#rows;
    const isDue = budget.nextAtMs === null || budget.nextAtMs <= this.#now;
    const { vetoedUntilMs } = this.#rows;
    const isStopped = vetoedUntilMs !== null && vetoedUntilMs > this.#now;
    if (budget.remaining <= 0 || !isDue || isStopped || !this.#is(before)) return false;
    this.#set({ budget: after });
    await this.insertLogin(login);
    await this.append(event);
    return true;
  }

  async append(event: NewEvent): Promise<void> {
    this.#set({ events: [...this.#rows.events, event] });
  }

  async appendWithBudget(before: BudgetState, after: BudgetState, event: NewEvent): Promise<boolean> {
    if (!this.#is(before)) return false;
    this.#set({ budget: after });
    await this.append(event);
    return true;
  }

  #is({ remaining, attempt, serial }: BudgetState): boolean {
    const { budget } = this.#rows;
    return budget.remaining === remaining && budget.attempt === attempt && budget.serial === serial;
  }

  async addNotice(notice: NewNotice): Promise<void> {
    this.#set({ notices: [...this.#rows.notices, notice] });
  }

  async spendChallenge(challenge: Uint8Array, purpose: ChallengePurpose): Promise<boolean> {
    const challenges = new Map(this.#rows.challenges);
    const found = challenges.get(keyOf(challenge));
    if (found?.purpose !== purpose || found.expiresAtMs <= this.#now) return false;
    challenges.delete(keyOf(challenge));
    this.#set({ challenges });
    return true;
  }

  async bindOwner(keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean> {
    if (this.#rows.account.ownerGeneration !== 0) return false;
    this.#set({ account: { ...this.#rows.account, ownerGeneration: 1, keyId, ownerPublicKey } });
    return true;
  }

  async seal(reason: string): Promise<void> {
    this.#set({ account: { ...this.#rows.account, sealedReason: reason } });
  }

  readonly veto: GuessVetoRows = {
    set: async (vetoedUntilMs) => this.#set({ vetoedUntilMs }),
  };

  readonly newStarts: NewStartRows = {
    list: async () => this.#rows.newStarts,
    insert: async (row) => this.#set({ newStarts: [...this.#rows.newStarts, row] }),
    change: async (newStartId, from, to) => {
      const found = this.#rows.newStarts.find((row) => row.newStartId === newStartId && row.state === from);
      if (found === undefined) return false;
      this.#set({ newStarts: this.#rows.newStarts.map((row) => (row === found ? { ...row, ...to } : row)) });
      return true;
    },
    endRegistrations: async () => {
      for (const row of this.#rows.registrations.values()) {
        const isLive = row.state === 'open' || row.state === 'pending';
        if (isLive && row.newStartId !== null) this.#put({ ...row, state: 'ended', pending: null, salt: null });
      }
    },
  };

  readonly deletion: AccountDeletionRows = {
    find: async () => this.#rows.deletion,
    put: async (deletion) => this.#set({ deletion }),
    cancel: async (deletionId) => {
      const { deletion } = this.#rows;
      if (deletion?.deletionId !== deletionId || deletion.state !== 'waiting') return false;
      this.#set({ deletion: null });
      return true;
    },
    close: async () => {
      const { account, keyslots, newStarts } = this.#rows;
      if (account.closedAtMs !== null) return false;
      const over = ({ state }: { readonly state: string }): boolean => state !== 'active' && state !== 'pending';
      this.#set({
        account: { ...account, closedAtMs: this.#now },
        ...{ record: null, registrations: new Map(), logins: new Map(), challenges: new Map(), shred: null },
        keyslots: keyslots.map((row) => (over(row) ? row : { ...row, state: 'removed' })),
        newStarts: newStarts.map((row) => (over(row) ? row : { ...row, state: 'cancelled', stepAtMs: null })),
      });
      return true;
    },
    isErasable: async () => this.#rows.account.closedAtMs !== null && this.#store.isEmptied,
    leaves: async () => this.#rows.events.length,
    erase: async () => {
      const leaves = this.#rows.events.length;
      this.rows = undefined;
      return leaves;
    },
  };

  async newestEvent(kind: LedgerEventKind): Promise<StoredEvent | null> {
    return this.#rows.events.findLast(({ fields }) => fields.kind === kind) ?? null;
  }

  async insertLogin(login: NewLogin): Promise<void> {
    const row: LoginRow = { ...login, ke2: null, state: null, outcome: null, ke3Hash: null, answer: null };
    this.#set({ logins: new Map(this.#rows.logins).set(login.loginId, row) });
  }

  async login(loginId: string): Promise<LoginRow | null> {
    return this.#rows.logins.get(loginId) ?? null;
  }

  async consumeLogin(loginId: string, outcome: LoginOutcome, ke3Hash: Uint8Array, answer: Sealed | null) {
    const login = this.#rows.logins.get(loginId);
    if (login?.state == null || login.outcome !== null || login.expiresAtMs <= this.#now) return false;
    this.#set({ logins: new Map(this.#rows.logins).set(loginId, { ...login, outcome, ke3Hash, answer, state: null }) });
    return true;
  }

  async hasOpenLogin(serial: number): Promise<boolean> {
    return [...this.#rows.logins.values()].some(
      (login) =>
        login.serial === serial &&
        login.registrationId === null &&
        login.outcome === null &&
        login.expiresAtMs > this.#now,
    );
  }

  async planShred(serial: number, dueAtMs: number): Promise<void> {
    this.#set({ shred: { serial, dueAtMs } });
  }

  async plannedShred(): Promise<{ readonly serial: number } | null> {
    return this.#rows.shred;
  }

  async dropPlannedShred(): Promise<void> {
    this.#set({ shred: null });
  }

  async record(): Promise<RecordRow | null> {
    return this.#rows.record;
  }

  async deleteRecord(serial: number): Promise<boolean> {
    if (this.#rows.record?.serial !== serial) return false;
    this.#set({ record: null });
    return true;
  }

  async insertRecord(record: RecordRow): Promise<void> {
    if (this.#rows.record !== null) throw new Error('there is an active record');
    this.#set({ record });
  }

  async keyslots(): Promise<readonly KeyslotRow[]> {
    return ofOwner(this.#rows, this.#rows.keyslots).filter(({ state }) => state === 'active');
  }

  async insertKeyslot(keyslot: KeyslotRow): Promise<void> {
    this.#set({ keyslots: [...this.#rows.keyslots, keyslot] });
  }

  async endKeyslot(keyslotId: string, state: 'removed' | 'shredded'): Promise<void> {
    const keyslots = this.#rows.keyslots.map((slot) => (slot.keyslotId === keyslotId ? { ...slot, state } : slot));
    this.#set({ keyslots });
  }

  async registration(registrationId: string): Promise<RegistrationRow | null> {
    return this.#rows.registrations.get(registrationId) ?? null;
  }

  async registrationOfRequest(idempotencyKey: string, requestHash: Uint8Array): Promise<RegistrationRow | null> {
    const rows = [...this.#rows.registrations.values()];
    return (
      rows.find((row) => row.idempotencyKey === idempotencyKey && keyOf(row.requestHash) === keyOf(requestHash)) ?? null
    );
  }

  async registrationsSince(sinceMs: number): Promise<number> {
    return [...this.#rows.registrations.values()].filter(({ openedAtMs }) => openedAtMs > sinceMs).length;
  }

  async insertRegistration(row: NewRegistration): Promise<void> {
    this.#put({ ...row, state: 'open', pending: null, evaluations: 0 });
  }

  #put(row: RegistrationRow): void {
    this.#set({ registrations: new Map(this.#rows.registrations).set(row.registrationId, row) });
  }

  async setPending(registrationId: string, pending: PendingRecord): Promise<boolean> {
    const row = this.#rows.registrations.get(registrationId);
    if (row?.state !== 'open' || row.expiresAtMs <= this.#now) return false;
    this.#put({ ...row, state: 'pending', pending, salt: null });
    return true;
  }

  async countEvaluation(registrationId: string, most: number): Promise<boolean> {
    const row = this.#rows.registrations.get(registrationId);
    if (row?.state !== 'pending' || row.evaluations >= most || row.expiresAtMs <= this.#now) return false;
    this.#put({ ...row, evaluations: row.evaluations + 1 });
    return true;
  }

  async finishRegistration(registrationId: string): Promise<void> {
    const row = this.#rows.registrations.get(registrationId);
    const isProven = row?.state === 'pending' || row?.state === 'proven';
    if (isProven) this.#put({ ...row, state: 'activated', pending: null, salt: null });
  }

  async setProven(registrationId: string, expiresAtMs: number): Promise<boolean> {
    const row = this.#rows.registrations.get(registrationId);
    if (row?.state !== 'pending' || row.expiresAtMs <= this.#now) return false;
    this.#put({ ...row, state: 'proven', expiresAtMs });
    return true;
  }

  async passkeys(): Promise<readonly PasskeyRow[]> {
    return ofOwner(this.#rows, this.#rows.passkeys);
  }

  async insertPasskey(passkey: PasskeyRow): Promise<void> {
    this.#set({ passkeys: [...this.#rows.passkeys, passkey] });
  }

  async deletePasskey(keyslotId: string): Promise<void> {
    this.#set({ passkeys: this.#rows.passkeys.filter((passkey) => passkey.keyslotId !== keyslotId) });
  }

  async lockRepositories(): Promise<readonly RepositoryHeadRow[]> {
    return this.#rows.repositories;
  }

  async rekeyRepository(repositoryId: Uint8Array, keyId: Uint8Array, next: NextHead | null): Promise<boolean> {
    const found = this.#rows.repositories.find((row) => keyOf(row.repositoryId) === keyOf(repositoryId));
    const follows = next === null ? null : next.head.previous;
    const isThere =
      found !== undefined && keyOf(found.headHash ?? new Uint8Array()) === keyOf(follows ?? new Uint8Array());
    if (!isThere) return false;
    const rekeyed: RepositoryHeadRow = {
      ...{ repositoryId, keyId, headHash: next?.hash ?? null, head: next?.signed ?? null },
    };
    this.#set({ repositories: this.#rows.repositories.map((row) => (row === found ? rekeyed : row)) });
    return true;
  }

  async replaceOwner(generation: number, keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean> {
    if (this.#rows.account.ownerGeneration !== generation || generation === 0) return false;
    this.#set({ account: { ...this.#rows.account, ownerGeneration: generation + 1, keyId, ownerPublicKey } });
    return true;
  }

  async endRegistrations(states: readonly ('open' | 'pending' | 'proven')[], except: string | null): Promise<void> {
    for (const row of this.#rows.registrations.values()) {
      const isMeant = (states as readonly string[]).includes(row.state) && row.registrationId !== except;
      if (isMeant) this.#put({ ...row, state: 'ended', pending: null, salt: null });
    }
  }
}
