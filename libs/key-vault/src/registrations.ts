import {
  decodeKe1,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  randomBytes,
  sha256,
  type RegistrationRequest,
} from '@coffer/crypto';
import { decodeVaultBody, LedgerEventKind, type PasswordRecordBody, type SignedStatement } from '@coffer/evidence';
import { concatBytes, equalBytes, newUuid, utf8 } from '@coffer/foundation';
import type { AccountSession, StatementExpectation } from './account-session';
import { VaultError } from './errors';
import { evaluateLogin } from './login-evaluation';
import { requireOpenNewStart } from './new-start';
import {
  decodePasswordRecord,
  encodePasswordRecord,
  pendingRecordContext,
  registrationSaltContext,
} from './password-record';
import type { Ksf } from './policy';
import {
  RegistrationState,
  type AccountRow,
  type LoginRow,
  type NewLogin,
  type PendingRecord,
  type RegistrationRow,
} from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** Answer to the opening of a registration. */
export interface OpenedRegistration {
  readonly registrationId: string;
  readonly serial: number;
  readonly response: Uint8Array;
  readonly ksf: Ksf;
  readonly expiresAtMs: number;
}

/**
 * What opens a registration: the bare request on a first claim and, with its id, under a new start; a `register-password`
 * statement where the account is owned.
 */
export type RegistrationOpening =
  { readonly request: Uint8Array; readonly newStartId?: string } | { readonly statement: SignedStatement };

const dayMs = 24 * 60 * 60 * 1000;

/** The first two phases of setting a password: open, record. See `Activation` for the third. */
export class Registrations {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * Opens a registration: one evaluation under a fresh salt, stored before it is answered. The same key with the same bytes
   * gets the stored answer; other bytes open another registration.
   *
   * @throws VaultError `account-owned`, `wrong-owner-generation`, `statement-invalid`, `challenge-spent`, `not-found` and
   *   `new-start-not-open` under a new start, `too-many-registrations`, `registration-expired` where the stored one has ended;
   *   CryptoError `malformed-message`
   */
  async open(account: AccountRow, idempotencyKey: string, opening: RegistrationOpening): Promise<OpenedRegistration> {
    const request = requestOf(opening);
    const requestHash = hashOf(opening);
    const fresh = { registrationId: newUuid(), serial: randomSerial(), salt: randomBytes(32) };
    const response = await this.#parts.opaque.evaluateRegistration(fresh.salt, request);
    const opened = await this.#parts.accounts.within(account.accountId, async (session) => {
      const stored = await session.transaction.registrationOfRequest(idempotencyKey, requestHash);
      if (stored !== null) return this.#answer(requireLive(stored, session.nowMs));
      await authorizeOpening(session, opening);
      const { policy } = this.#parts;
      const today = await session.transaction.registrationsSince(session.nowMs - dayMs);
      if (today >= policy.registrationsPerDay) {
        throw new VaultError('too-many-registrations', 'too many registrations were opened in the last 24 hours');
      }
      const { registrationId, serial, salt } = fresh;
      const context = registrationSaltContext(account.accountId, serial, registrationId);
      const registration = {
        ...{ registrationId, serial, idempotencyKey, requestHash, response },
        previousSerial: session.budget.serial,
        generation: session.account.ownerGeneration,
        newStartId: newStartOf(opening),
        salt: await this.#parts.sealer.seal(salt, context),
        openedAtMs: session.nowMs,
        expiresAtMs: session.nowMs + policy.registrationLifeMs,
      };
      await session.transaction.insertRegistration(registration);
      const eventNumber = await session.append(LedgerEventKind.registrationOpened, { registrationId, serial });
      await session.notify({ ...vaultNotices.registrationOpened(), eventNumber });
      return this.#answer(registration);
    });
    this.#parts.atStep('registration-opened');
    return opened;
  }

  /**
   * Takes the record: pending, reachable through its registration id only, until it is proven or expires. An earlier pending
   * one of the account is shredded.
   *
   * @returns when it expires
   * @throws VaultError `not-found`, `registration-expired`, `already-exists` where another record was put before,
   *   `statement-invalid`, `challenge-spent`, `account-owned`, `wrong-owner-generation`; CryptoError `malformed-message`
   */
  async putRecord(account: AccountRow, registrationId: string, signed: SignedStatement): Promise<number> {
    const expiresAtMs = await this.#parts.accounts.within(account.accountId, async (session) => {
      const row = requireLive(await session.transaction.registration(registrationId), session.nowMs);
      requireSameOwner(row, session.account);
      const recordHash = sha256(signed.body);
      const isRepeated = row.pending !== null && equalBytes(row.pending.recordHash, recordHash);
      const expected = {
        ...(await claimTerms(session, row)),
        serial: row.serial,
        previousSerial: row.previousSerial,
      };
      // A repeated request brings the challenge that it spent the first time.
      const { body } = isRepeated
        ? session.verifyStatement('password-record', signed, expected)
        : await session.requireStatement('password-record', signed, expected);
      if (body.registrationId !== registrationId) throw foreign();
      if (isRepeated) return row.expiresAtMs;
      if (row.pending !== null) {
        throw new VaultError('already-exists', 'another record was put under this registration');
      }
      await session.transaction.endRegistrations(['pending'], registrationId);
      const pending = await sealPending(this.#parts, session, row, { ...body, recordHash, purpose: 'recovery' });
      if (!(await session.transaction.setPending(registrationId, pending))) throw ended();
      return row.expiresAtMs;
    });
    this.#parts.atStep('record-stored');
    return expiresAtMs;
  }

  /**
   * Evaluates one confirming KE1, owner-signed, at most three for one registration. It is no guess: nobody but the owner of
   * the pending record can ask for it.
   *
   * @returns KE2
   * @throws VaultError `not-found`, `registration-expired`, `login-conflict`, `no-attempts-left`, `statement-invalid`,
   *   `challenge-spent`; CryptoError `malformed-message`
   */
  async confirm(
    account: AccountRow,
    registrationId: string,
    input: { readonly loginId: string; readonly ke1: Uint8Array; readonly statement: SignedStatement },
  ): Promise<Uint8Array> {
    const ke1 = decodeKe1(input.ke1);
    const ke1Hash = sha256(ke1);
    const { login, row, pending } = await this.#parts.accounts.within(
      account.accountId,
      (session) => this.#countConfirmation(session, registrationId, { ...input, ke1Hash }),
      { loginId: input.loginId },
    );
    if ('ke2' in login && login.ke2 !== null) return login.ke2;
    const context = pendingRecordContext(account.accountId, row.serial, registrationId);
    const record = decodePasswordRecord(await this.#parts.sealer.open(pending.record, context));
    return evaluateLogin(this.#parts, account, login, record, ke1);
  }

  async #countConfirmation(
    session: AccountSession,
    registrationId: string,
    input: { readonly loginId: string; readonly ke1Hash: Uint8Array; readonly statement: SignedStatement },
  ): Promise<{ readonly login: NewLogin | LoginRow; readonly row: RegistrationRow; readonly pending: PendingRecord }> {
    const row = requireLive(await session.transaction.registration(registrationId), session.nowMs);
    if (row.pending === null) throw new VaultError('not-found', 'this registration has no record yet');
    requireSameOwner(row, session.account);
    const expected = {
      ownerPublicKey: row.pending.ownerPublicKey,
      generation: generationOf(row),
      serial: row.serial,
    };
    if (row.newStartId !== null) await requireOpenNewStart(session, row.newStartId);
    const earlier = session.login;
    const { body } =
      earlier === null
        ? await session.requireStatement('password-confirm', input.statement, expected)
        : session.verifyStatement('password-confirm', input.statement, expected);
    const isMeant =
      body.registrationId === registrationId &&
      body.loginId === input.loginId &&
      equalBytes(body.ke1Hash, input.ke1Hash);
    if (!isMeant) throw foreign();
    if (earlier !== null) {
      return {
        login: requireSameLogin(earlier, registrationId, input.ke1Hash, session.nowMs),
        row,
        pending: row.pending,
      };
    }
    const { policy } = this.#parts;
    if (!(await session.transaction.countEvaluation(registrationId, policy.registrationEvaluations))) {
      throw new VaultError('no-attempts-left', 'this registration was confirmed too often; open a new one');
    }
    const login: NewLogin = {
      ...{ loginId: input.loginId, registrationId, ke1Hash: input.ke1Hash, serial: row.serial },
      attempt: session.budget.attempt,
      remaining: session.budget.remaining,
      nextGuessAtMs: session.budget.nextAtMs,
      expiresAtMs: Math.min(session.nowMs + policy.loginLifeMs, row.expiresAtMs),
      eventNumber: 0,
    };
    await session.transaction.insertLogin(login);
    return { login, row, pending: row.pending };
  }

  #answer(row: Pick<RegistrationRow, 'registrationId' | 'serial' | 'response' | 'expiresAtMs'>): OpenedRegistration {
    const { registrationId, serial, response, expiresAtMs } = row;
    return { registrationId, serial, response, expiresAtMs, ksf: this.#parts.policy.ksf };
  }
}

/** What a record that is put says, and what it is for. */
export type RecordToSeal = Omit<PasswordRecordBody, 'registrationId'> & Pick<PendingRecord, 'purpose' | 'recordHash'>;

/** Seals a record that was put under an open registration. @throws VaultError `malformed`, `registration-expired` */
export async function sealPending(
  { sealer }: Pick<VaultServiceParts, 'sealer'>,
  session: AccountSession,
  row: RegistrationRow,
  put: RecordToSeal,
): Promise<PendingRecord> {
  const { accountId } = session.account;
  const { registrationId, serial } = row;
  if (row.salt === null) throw ended();
  const salt = await sealer.open(row.salt, registrationSaltContext(accountId, serial, registrationId));
  const { sealedBackupKey, keyId, ksf, ownerPublicKey, purpose, recordHash } = put;
  if (sealedBackupKey.length < 48 || sealedBackupKey.length > 256) {
    throw new VaultError('malformed', 'the sealed backup key has 48 to 256 bytes');
  }
  const record = decodeRegistrationRecord(put.record);
  const plain = encodePasswordRecord({ salt, record, sealedBackupKey, keyId, ksf: { ...ksf, algorithm: 'argon2id' } });
  const context = pendingRecordContext(accountId, serial, registrationId);
  return { purpose, record: await sealer.seal(plain, context), recordHash, ownerPublicKey, keyId };
}

/** @throws VaultError `not-found`, `registration-expired` */
export function requireLive(row: RegistrationRow | null, nowMs: number): RegistrationRow {
  if (row === null) throw new VaultError('not-found', 'there is no such registration');
  const isLive = row.state === RegistrationState.open || row.state === RegistrationState.pending;
  if (!isLive || row.expiresAtMs <= nowMs) throw ended();
  return row;
}

/** @throws VaultError where the account got an owner, or another one, since the registration was opened */
export function requireSameOwner(row: RegistrationRow, account: AccountRow): void {
  if (row.generation === account.ownerGeneration) return;
  if (row.generation === 0) throw new VaultError('account-owned', 'another device has claimed this account meanwhile');
  throw new VaultError('wrong-owner-generation', 'the owner key was replaced meanwhile');
}

async function authorizeOpening(session: AccountSession, opening: RegistrationOpening): Promise<void> {
  const isOwned = session.account.ownerGeneration > 0;
  const newStartId = newStartOf(opening);
  if (newStartId !== null) {
    await requireOpenNewStart(session, newStartId);
    return;
  }
  if ('request' in opening) {
    if (isOwned) throw new VaultError('account-owned', 'the account has an owner key; its statement is needed');
    return;
  }
  await session.requireStatement('register-password', opening.statement, {
    serial: 0,
    previousSerial: session.budget.serial,
  });
}

function requestOf(opening: RegistrationOpening): RegistrationRequest {
  if ('request' in opening) return decodeRegistrationRequest(opening.request);
  // evaluated under a salt that is thrown away unless the statement holds
  return decodeRegistrationRequest(decodeVaultBody('register-password', opening.statement.body).registrationRequest);
}

function hashOf(opening: RegistrationOpening): Uint8Array {
  if ('request' in opening) return sha256(concatBytes(opening.request, utf8(opening.newStartId ?? '')));
  const { statement, signature, body } = opening.statement;
  return sha256(concatBytes(sha256(statement), sha256(signature), sha256(body)));
}

function newStartOf(opening: RegistrationOpening): string | null {
  return 'request' in opening ? (opening.newStartId ?? null) : null;
}

/** Owner generation under which record and confirmations are signed: that of the owner to be, where the record brings one. */
function generationOf({ generation, newStartId }: Pick<RegistrationRow, 'generation' | 'newStartId'>): number {
  return newStartId === null ? Math.max(1, generation) : generation + 1;
}

/** A record that brings an owner key of its own is verified with that key: on a first claim, and under a new start. */
async function claimTerms(session: AccountSession, row: RegistrationRow): Promise<StatementExpectation> {
  if (row.newStartId !== null) await requireOpenNewStart(session, row.newStartId);
  const bringsOwner = row.generation === 0 || row.newStartId !== null;
  return bringsOwner ? { ownerPublicKey: 'carried', generation: generationOf(row) } : {};
}

/** 1 to 2^53-1. */
function randomSerial(): number {
  const bytes = randomBytes(8);
  const drawn = new DataView(bytes.buffer).getBigUint64(0) & 0x1f_ffff_ffff_ffffn;
  return drawn === 0n ? 1 : Number(drawn);
}

function requireSameLogin(login: LoginRow, registrationId: string, ke1Hash: Uint8Array, nowMs: number): LoginRow {
  if (login.registrationId !== registrationId || !equalBytes(login.ke1Hash, ke1Hash)) {
    throw new VaultError('login-conflict', 'this login id was used with another first message');
  }
  if (login.expiresAtMs <= nowMs) throw ended();
  return login;
}

function foreign(): VaultError {
  return new VaultError('statement-invalid', 'the statement is about another registration or login');
}

function ended(): VaultError {
  return new VaultError('registration-expired', 'the registration has ended; open a new one');
}
