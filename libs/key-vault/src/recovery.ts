import { decodeKe1, decodeKe3, sha256 } from '@coffer/crypto';
import { LedgerEventKind, maximumGuesses } from '@coffer/evidence';
import { decodeCbor, encodeCbor, equalBytes, requireBytes } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import type { DummyIdentity } from './dummy-records';
import { VaultError } from './errors';
import { decideSpend, isVetoed, nextGuessAtMs, refilled } from './guess-budget';
import { figuresOf, openFigures, sealFigures, type BudgetFigures } from './kept-figures';
import { evaluateLogin } from './login-evaluation';
import {
  activeRecordContext,
  decodePasswordRecord,
  loginAnswerContext,
  loginStateContext,
  type PasswordRecord,
} from './password-record';
import type { Ksf } from './policy';
import { LoginOutcome, type AccountRow, type LoginRow, type NewLogin, type RecordRow } from './ports/rows';
import { shredIfDue } from './shred';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';
import { cancelWaiting } from './waiting-acts';

/** Answer to the first message of a login. */
export interface StartedLogin {
  readonly loginId: string;
  readonly ke2: Uint8Array;
  readonly serial: number;
  readonly ksf: Ksf;
  readonly attemptsRemaining: number;
  readonly nextAttemptAtMs: number | null;
  readonly expiresAtMs: number;
}

/** Answer to a right KE3. */
export interface FinishedLogin {
  readonly sealedBackupKey: Uint8Array;
  readonly serial: number;
  readonly keyId: Uint8Array;
  readonly ksf: Ksf;
  readonly attemptsRemaining: number;
}

/** Recovery by password (docs/protocol.md, "Recovery"). A guess is spent before it is made, and only a right KE3 gives it back. */
export class Recovery {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * One guess: decode, spend (T1), know COMMIT, evaluate and store (T2) while the anchor acknowledges, answer. The same login
   * id with the same KE1 is resumed wherever it stopped, without a second spend.
   *
   * @throws CryptoError `malformed-message` before anything is counted
   * @throws VaultError `no-attempts-left`, `guesses-vetoed`, `attempt-too-early` (with the budget in `fields`),
   *   `login-conflict`, `login-expired`, `anchor-behind`, `account-sealed`, `vault-sealed`
   */
  async start(account: AccountRow, loginId: string, ke1Bytes: Uint8Array): Promise<StartedLogin> {
    const ke1 = decodeKe1(ke1Bytes);
    const { accountId } = account;
    const dummy = await this.#parts.dummies.of(accountId);
    const { login, record } = await this.#parts.accounts.within(
      accountId,
      (session) => this.#spendOrResume(session, loginId, sha256(ke1), dummy.serial),
      { loginId },
    );
    this.#parts.atStep('spend-committed');
    const material = await this.#material(accountId, login.serial, record, dummy);
    const evaluated = async (): Promise<Uint8Array> => {
      if ('ke2' in login && login.ke2 !== null) return login.ke2;
      if (material === undefined) throw new VaultError('login-expired', 'the record was replaced; begin a new login');
      return evaluateLogin(this.#parts, account, login, material, ke1);
    };
    const [ke2] = await settled([evaluated(), this.#parts.watch.acknowledged(accountId, login.eventNumber)]);
    return {
      loginId,
      ke2,
      serial: login.serial,
      ksf: material?.ksf ?? this.#parts.policy.ksf,
      attemptsRemaining: login.remaining,
      nextAttemptAtMs: login.nextGuessAtMs,
      expiresAtMs: login.expiresAtMs,
    };
  }

  /**
   * The end of a login: one KE3, consumed by one conditional statement. A byte-identical repetition gets the same answer.
   *
   * @throws CryptoError `malformed-message`; VaultError `wrong-guess`, `superseded`, `login-expired`, `not-found`
   */
  async finish(account: AccountRow, loginId: string, ke3Bytes: Uint8Array): Promise<FinishedLogin> {
    const ke3 = decodeKe3(ke3Bytes);
    const { accountId } = account;
    const result = await this.#parts.accounts.within(
      accountId,
      async (session): Promise<FinishedLogin | VaultError> => {
        const login = requireGuess(session);
        const ke3Hash = sha256(ke3);
        if (login.outcome !== null) return this.#repeated(session, login, ke3Hash);
        if (login.expiresAtMs <= session.nowMs || login.state === null) throw expired();
        const state = await this.#parts.sealer.open(login.state, loginStateContext(accountId, login));
        const isRight = await this.#parts.opaque.finishLogin(state, ke3);
        if (!isRight) return this.#wrong(session, login, ke3Hash);
        return login.serial === session.budget.serial
          ? this.#proven(session, login, ke3Hash)
          : this.#superseded(session, login, ke3Hash);
      },
      { loginId },
    );
    if (result instanceof VaultError) throw result;
    this.#parts.atStep('proven-committed');
    return result;
  }

  /** Shreds what is due on one account; for the sweep. */
  async shred(accountId: string): Promise<void> {
    await this.#parts.accounts.within(accountId, shredIfDue);
  }

  async #spendOrResume(
    session: AccountSession,
    loginId: string,
    ke1Hash: Uint8Array,
    dummySerial: number,
  ): Promise<{ readonly login: NewLogin | LoginRow; readonly record: RecordRow | null }> {
    const { login, nowMs, anchoredAtMs, transaction } = session;
    if (login !== null) return { login: resumable(login, ke1Hash, nowMs), record: await transaction.record() };
    const { policy } = this.#parts;
    if (anchoredAtMs === null || nowMs - anchoredAtMs > policy.anchorFreshMs) {
      throw new VaultError('anchor-behind', 'the anchor does not answer; no guess was counted, try again in a moment', {
        isRetryable: true,
      });
    }
    const decision = decideSpend(session.budget, nowMs, policy.guessDelaysMs, session.vetoedUntilMs);
    if (decision.outcome !== 'spend') throw locked(session);
    const serial = session.budget.serial === 0 ? dummySerial : session.budget.serial;
    const { after } = decision;
    // What is refused above reads no record: the time of a refusal tells nothing of one.
    const [spent, record] = await Promise.all([
      session.spend(LedgerEventKind.guess, { loginId, ke1Hash }, after, {
        ...{ loginId, registrationId: null, ke1Hash, serial },
        attempt: after.attempt,
        remaining: after.remaining,
        nextGuessAtMs: after.nextAtMs,
        expiresAtMs: nowMs + policy.loginLifeMs,
      }),
      transaction.record(),
    ]);
    if (spent === undefined) throw locked(session);
    if (after.remaining === 0) await session.transaction.planShred(serial, spent.expiresAtMs);
    if (decision.guess >= policy.noticeFromGuess) {
      await session.notify({ ...vaultNotices.guess(after.remaining), eventNumber: spent.eventNumber });
    }
    return { login: spent, record };
  }

  /** What a login was counted under, as it was when the account was locked; undefined where that is gone. */
  async #material(
    accountId: string,
    serial: number,
    record: RecordRow | null,
    dummy: DummyIdentity,
  ): Promise<PasswordRecord | undefined> {
    if (record?.serial === serial) return this.#open(accountId, record);
    return serial === dummy.serial ? this.#parts.dummies.record(dummy) : undefined;
  }

  async #open(accountId: string, row: RecordRow): Promise<PasswordRecord> {
    const context = activeRecordContext(accountId, row.serial, row.keyslotId);
    return decodePasswordRecord(await this.#parts.sealer.open(row.sealed, context));
  }

  async #proven(session: AccountSession, login: LoginRow, ke3Hash: Uint8Array): Promise<FinishedLogin> {
    const { accountId } = session.account;
    const record = await session.transaction.record();
    if (record === null) throw expired();
    const { sealedBackupKey, keyId, ksf } = await this.#open(accountId, record);
    const answer: FinishedLogin = {
      ...{ sealedBackupKey, keyId, serial: login.serial, ksf },
      attemptsRemaining: maximumGuesses,
    };
    const sealed = await this.#parts.sealer.seal(
      encodeAnswer(answer),
      loginAnswerContext(accountId, login.loginId, login.serial),
    );
    // One is planned by the tenth guess and by no other.
    if (session.budget.remaining === 0) await session.transaction.dropPlannedShred();
    const { loginId, attempt, serial } = login;
    const [isConsumed] = await Promise.all([
      session.transaction.consumeLogin(loginId, LoginOutcome.proven, ke3Hash, sealed),
      session.append(
        LedgerEventKind.proven,
        { loginId, guess: attempt },
        refilled(session.budget, serial),
        vaultNotices.proven(),
      ),
    ]);
    if (!isConsumed) throw expired();
    await cancelWaiting(session, 'proven');
    return answer;
  }

  async #superseded(session: AccountSession, login: LoginRow, ke3Hash: Uint8Array): Promise<VaultError> {
    const kept = await sealFigures(this.#parts.sealer, session, login);
    if (!(await session.transaction.consumeLogin(login.loginId, LoginOutcome.superseded, ke3Hash, kept))) {
      throw expired();
    }
    const { loginId, attempt } = login;
    const eventNumber = await session.append(LedgerEventKind.loginSuperseded, { loginId, guess: attempt });
    await session.notify({ ...vaultNotices.superseded(), eventNumber });
    return superseded();
  }

  async #wrong(session: AccountSession, login: LoginRow, ke3Hash: Uint8Array): Promise<VaultError> {
    const kept = await sealFigures(this.#parts.sealer, session, login);
    if (!(await session.transaction.consumeLogin(login.loginId, LoginOutcome.wrong, ke3Hash, kept))) throw expired();
    if (session.budget.remaining === 0) await shredIfDue(session);
    return wrong(figuresOf(session));
  }

  async #repeated(session: AccountSession, login: LoginRow, ke3Hash: Uint8Array): Promise<FinishedLogin | VaultError> {
    const isSame = login.ke3Hash !== null && equalBytes(login.ke3Hash, ke3Hash);
    if (isSame && login.outcome === LoginOutcome.superseded) return superseded();
    if (!isSame || login.outcome === LoginOutcome.wrong) {
      return wrong(await openFigures(this.#parts.sealer, session, login));
    }
    if (login.answer === null || login.expiresAtMs <= session.nowMs) throw expired();
    const context = loginAnswerContext(session.account.accountId, login.loginId, login.serial);
    return decodeAnswer(await this.#parts.sealer.open(login.answer, context), login.serial);
  }
}

/** Waits for all, so that nothing goes on unseen behind a failed answer. */
async function settled<First, Second>(
  promises: readonly [Promise<First>, Promise<Second>],
): Promise<readonly [First, Second]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function resumable(login: LoginRow, ke1Hash: Uint8Array, nowMs: number): LoginRow {
  if (login.registrationId !== null || !equalBytes(login.ke1Hash, ke1Hash)) {
    throw new VaultError('login-conflict', 'this login id was used with another first message; nothing was counted');
  }
  if (login.expiresAtMs <= nowMs) throw expired();
  return login;
}

function requireGuess(session: AccountSession): LoginRow {
  if (session.login === null || session.login.registrationId !== null) {
    throw new VaultError('not-found', 'there is no such login');
  }
  return session.login;
}

function locked(session: AccountSession): VaultError {
  const fields = { ...figuresOf(session) };
  if (session.budget.remaining <= 0) {
    return new VaultError('no-attempts-left', 'no guesses are left; other keyslots still work', { fields });
  }
  const nextAttemptAtMs = nextGuessAtMs(session.budget.nextAtMs, session.vetoedUntilMs, session.nowMs);
  const waitMs = (nextAttemptAtMs ?? session.nowMs) - session.nowMs;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  const options = { fields: { ...fields, nextAttemptAtMs, retryAfterSeconds } };
  return isVetoed(session.vetoedUntilMs, session.nowMs)
    ? new VaultError('guesses-vetoed', 'the owner of the account has stopped guesses; nothing was counted', options)
    : new VaultError('attempt-too-early', 'the next guess is not due yet; nothing was counted', options);
}

function wrong(figures: BudgetFigures): VaultError {
  return new VaultError('wrong-guess', 'the password is wrong; the guess is spent', { fields: { ...figures } });
}

function superseded(): VaultError {
  return new VaultError('superseded', 'the password was replaced during this login; begin a new one');
}

function expired(): VaultError {
  return new VaultError('login-expired', 'the login has expired; begin a new one, which is a new guess');
}

function encodeAnswer({ sealedBackupKey, keyId, ksf, attemptsRemaining }: FinishedLogin): Uint8Array {
  const { memoryKiB, iterations, parallelism } = ksf;
  return encodeCbor({ sealedBackupKey, keyId, attemptsRemaining, memoryKiB, iterations, parallelism });
}

function decodeAnswer(bytes: Uint8Array, serial: number): FinishedLogin {
  const read = decodeCbor(bytes) as Readonly<Record<string, unknown>>;
  return {
    sealedBackupKey: requireBytes(read['sealedBackupKey'], undefined, 'sealedBackupKey'),
    keyId: requireBytes(read['keyId'], 8, 'keyId'),
    serial,
    ksf: {
      algorithm: 'argon2id',
      memoryKiB: Number(read['memoryKiB']),
      iterations: Number(read['iterations']),
      parallelism: Number(read['parallelism']),
    },
    attemptsRemaining: Number(read['attemptsRemaining']),
  };
}
