import type { BudgetState, LedgerEventKind } from '@coffer/evidence';
import type {
  AccountDeletionRows,
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
  NewStartRows,
  NextHead,
  PasskeyRow,
  PendingRecord,
  RecordRow,
  RegistrationRow,
  RepositoryHeadRow,
  Sealed,
  StoredEvent,
} from '@coffer/key-vault';
import { nextCheckAtMs } from '@coffer/notices';
import type { Queryable } from '../database';
import { DatabaseError } from '../errors';
import { keyChecks } from '../notices/key-checks';
import { lockRepositories, rekeyWithHead, rekeyWithoutHead } from '../repositories/repository-statements';
import { swapValues, toRow, type StoredRepository } from '../repositories/repository-store';
import type { SqlValue } from '../statement';
import * as account from './account-statements';
import * as lock from './lock-statements';
import * as login from './login-statements';
import * as password from './password-statements';
import { PgAccountDeletion } from './pg-account-deletion';
import { PgNewStarts } from './pg-new-starts';
import {
  toAccount,
  toLogin,
  toRecord,
  toRegistration,
  type AccountColumns,
  type LoginColumns,
  type RecordColumns,
  type RegistrationColumns,
} from './rows';

type LockedColumns = AccountColumns &
  LoginColumns & {
    readonly nowMs: number;
    readonly number: number | null;
    readonly event: Uint8Array;
    readonly mac: Uint8Array;
    readonly sequencedNumber: number;
    readonly anchoredAtMs: number | null;
    readonly vaultSealedReason: string | null;
    readonly hasLossRows: boolean;
  };

type BudgetColumns = BudgetState & { readonly vetoedUntilMs: number | null };

/** One account's transaction on PostgreSQL. Other areas run their own statements in it through `sql`. */
export class PgAccountTransaction implements AccountTransaction {
  readonly accountId: string;
  readonly sql: Queryable;
  readonly newStarts: NewStartRows;
  readonly deletion: AccountDeletionRows;

  constructor(accountId: string, sql: Queryable) {
    this.accountId = accountId;
    this.sql = sql;
    this.newStarts = new PgNewStarts(accountId, sql);
    this.deletion = new PgAccountDeletion(accountId, sql);
  }

  async lock(loginId?: string): Promise<LockedAccount | undefined> {
    // Sent together and done one after the other: the second begins, and looks, when the first has the lock.
    const [[locked], [row]] = await Promise.all([
      this.sql.rows<BudgetColumns>(lock.lockBudget, [this.accountId]),
      this.sql.rows<LockedColumns>(lock.readLocked, [this.accountId, loginId ?? null]),
    ]);
    if (locked === undefined) return undefined;
    const { vetoedUntilMs, ...budget } = locked;
    if (row === undefined) throw new DatabaseError('failed', 'an account has a budget but no row');
    return {
      row: toAccount(this.accountId, row),
      ...{ budget, vetoedUntilMs },
      last: row.number === null ? null : { number: row.number, event: row.event, mac: row.mac },
      sequencedNumber: row.sequencedNumber,
      login: toLogin(row),
      nowMs: row.nowMs,
      anchoredAtMs: row.anchoredAtMs,
      vaultSealedReason: row.vaultSealedReason,
      hasLossRows: row.hasLossRows,
    };
  }

  async record(): Promise<RecordRow | null> {
    const [row] = await this.sql.rows<RecordColumns>(password.readRecord, [this.accountId]);
    return row === undefined ? null : toRecord(row);
  }

  async spend(before: BudgetState, after: BudgetState, attempt: NewLogin, event: NewEvent): Promise<boolean> {
    const changed = await this.sql.rows(lock.spendGuess, [
      ...[this.accountId, before.remaining, before.attempt, before.serial],
      ...[after.remaining, after.attempt, after.nextAtMs],
      ...[attempt.loginId, attempt.ke1Hash, attempt.serial, attempt.expiresAtMs],
      ...[event.number, event.event, event.hash, event.mac, event.salt, event.fields.kind, event.fields.atMs],
    ]);
    return changed.length === 1;
  }

  async append(event: NewEvent): Promise<void> {
    const { kind, atMs, remaining, attempt, nextAtMs, serial } = event.fields;
    await this.sql.change(lock.insertEvent, [
      ...[this.accountId, event.number, event.event, event.hash, event.mac, event.salt],
      ...[kind, atMs, remaining, attempt, nextAtMs, serial],
    ]);
  }

  async appendWithBudget(before: BudgetState, after: BudgetState, event: NewEvent): Promise<boolean> {
    const changed = await this.sql.rows(lock.changeBudget, [
      ...[this.accountId, before.remaining, before.attempt, before.serial],
      ...[after.remaining, after.attempt, after.nextAtMs, after.serial],
      ...[event.number, event.event, event.hash, event.mac, event.salt, event.fields.kind, event.fields.atMs],
    ]);
    return changed.length === 1;
  }

  async addNotice(notice: NewNotice): Promise<void> {
    const { noticeId, atMs, kind, severity, title, text, eventNumber } = notice;
    await this.#change(account.insertNotice, [noticeId, atMs, kind, severity, title, text, eventNumber]);
  }

  async spendChallenge(challenge: Uint8Array, purpose: ChallengePurpose): Promise<boolean> {
    return (await this.#change(account.spendChallenge, [challenge, purpose])) === 1;
  }

  async bindOwner(keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean> {
    return (await this.#change(account.bindOwner, [keyId, ownerPublicKey])) === 1;
  }

  async seal(reason: string): Promise<void> {
    await this.#change(account.sealAccount, [reason]);
  }

  async newestEvent(kind: LedgerEventKind): Promise<StoredEvent | null> {
    const [row] = await this.sql.rows<StoredEvent>(account.newestEvent, [this.accountId, kind]);
    return row ?? null;
  }

  readonly veto: GuessVetoRows = {
    set: async (untilMs) => {
      await this.#change(lock.setVeto, [untilMs]);
    },
  };

  async insertLogin(row: NewLogin): Promise<void> {
    await this.#change(login.insertLogin, [
      ...[row.loginId, row.registrationId, row.ke1Hash, row.serial, row.attempt, row.remaining],
      ...[row.nextGuessAtMs, row.expiresAtMs, row.eventNumber],
    ]);
  }

  async login(loginId: string): Promise<LoginRow | null> {
    const [row] = await this.sql.rows<LoginColumns>(login.findLogin, [this.accountId, loginId]);
    return toLogin(row);
  }

  async consumeLogin(
    loginId: string,
    outcome: LoginOutcome,
    ke3Hash: Uint8Array,
    answer: Sealed | null,
  ): Promise<boolean> {
    const values = [loginId, outcome, ke3Hash, answer?.bytes ?? null, answer?.epoch ?? null];
    return (await this.#change(login.consumeLogin, values)) === 1;
  }

  async hasOpenLogin(serial: number): Promise<boolean> {
    const [row] = await this.sql.rows<{ found: boolean }>(login.hasOpenLogin, [this.accountId, serial]);
    return row?.found === true;
  }

  async planShred(serial: number, dueAtMs: number): Promise<void> {
    await this.#change(login.planShred, [serial, dueAtMs]);
  }

  async plannedShred(): Promise<{ readonly serial: number } | null> {
    const [row] = await this.sql.rows<{ serial: number }>(login.plannedShred, [this.accountId]);
    return row ?? null;
  }

  async dropPlannedShred(): Promise<void> {
    await this.#change(login.dropPlannedShred, []);
  }

  async deleteRecord(serial: number): Promise<boolean> {
    return (await this.#change(password.deleteRecord, [serial])) === 1;
  }

  async insertRecord(record: RecordRow): Promise<void> {
    const { serial, keyslotId, sealed } = record;
    await this.#change(password.insertRecord, [serial, keyslotId, sealed.bytes, sealed.epoch]);
  }

  async keyslots(): Promise<readonly KeyslotRow[]> {
    return this.sql.rows<KeyslotRow>(password.listKeyslots, [this.accountId]);
  }

  async insertKeyslot(keyslot: KeyslotRow): Promise<void> {
    const { keyslotId, kind, keyId, serial, state, provenAtMs } = keyslot;
    await this.#change(password.insertKeyslot, [keyslotId, kind, keyId, serial, state, provenAtMs]);
    await keyChecks.begin(this.sql, this.accountId, provenAtMs, nextCheckAtMs(provenAtMs));
  }

  async endKeyslot(keyslotId: string, state: 'removed' | 'shredded'): Promise<void> {
    await this.#change(password.endKeyslot, [keyslotId, state]);
  }

  async passkeys(): Promise<readonly PasskeyRow[]> {
    return this.sql.rows<PasskeyRow>(password.listPasskeys, [this.accountId]);
  }

  async insertPasskey(passkey: PasskeyRow): Promise<void> {
    const { keyslotId, keyId, rpId, credentialId, prfSalt, sealedBackupKey } = passkey;
    await this.#change(password.insertPasskey, [keyslotId, keyId, rpId, credentialId, prfSalt, sealedBackupKey]);
  }

  async deletePasskey(keyslotId: string): Promise<void> {
    await this.#change(password.deletePasskey, [keyslotId]);
  }

  async lockRepositories(): Promise<readonly RepositoryHeadRow[]> {
    return (await this.sql.rows<StoredRepository>(lockRepositories, [this.accountId])).map(toRow);
  }

  async rekeyRepository(repositoryId: Uint8Array, keyId: Uint8Array, next: NextHead | null): Promise<boolean> {
    if (next === null) return (await this.#change(rekeyWithoutHead, [repositoryId, keyId])) === 1;
    const values = swapValues(this.accountId, next.head, next.hash, next.signed);
    return (await this.sql.change(rekeyWithHead, [...values, keyId])) === 1;
  }

  async replaceOwner(generation: number, keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<boolean> {
    return (await this.#change(account.replaceOwner, [generation, keyId, ownerPublicKey])) === 1;
  }

  async registration(registrationId: string): Promise<RegistrationRow | null> {
    const values = [this.accountId, registrationId];
    const [row] = await this.sql.rows<RegistrationColumns>(password.findRegistration, values);
    return toRegistration(row);
  }

  async registrationOfRequest(idempotencyKey: string, requestHash: Uint8Array): Promise<RegistrationRow | null> {
    const values = [this.accountId, idempotencyKey, requestHash];
    const [row] = await this.sql.rows<RegistrationColumns>(password.findRegistrationOfRequest, values);
    return toRegistration(row);
  }

  async registrationsSince(sinceMs: number): Promise<number> {
    const values = [this.accountId, sinceMs];
    const [row] = await this.sql.rows<{ opened: number }>(password.countRegistrations, values);
    return row?.opened ?? 0;
  }

  async insertRegistration(row: NewRegistration): Promise<void> {
    await this.#change(password.insertRegistration, [
      ...[row.registrationId, row.serial, row.previousSerial, row.generation, row.idempotencyKey, row.requestHash],
      ...[row.response, row.salt.bytes, row.salt.epoch, row.openedAtMs, row.expiresAtMs, row.newStartId],
    ]);
  }

  async setPending(registrationId: string, pending: PendingRecord): Promise<boolean> {
    const { purpose, record, recordHash, ownerPublicKey, keyId } = pending;
    const values = [registrationId, record.bytes, record.epoch, recordHash, ownerPublicKey, keyId, purpose];
    return (await this.#change(password.setPending, values)) === 1;
  }

  async countEvaluation(registrationId: string, most: number): Promise<boolean> {
    return (await this.#change(password.countEvaluation, [registrationId, most])) === 1;
  }

  async finishRegistration(registrationId: string): Promise<void> {
    await this.#change(password.finishRegistration, [registrationId]);
  }

  async setProven(registrationId: string, expiresAtMs: number): Promise<boolean> {
    return (await this.#change(password.setProven, [registrationId, expiresAtMs])) === 1;
  }

  async endRegistrations(states: readonly ('open' | 'pending' | 'proven')[], except: string | null): Promise<void> {
    await this.#change(password.endRegistrations, [states, except]);
  }

  #change(statement: { readonly name: string; readonly text: string }, values: readonly SqlValue[]): Promise<number> {
    return this.sql.change(statement, [this.accountId, ...values]);
  }
}
