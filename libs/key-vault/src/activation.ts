import { decodeKe3, sha256 } from '@coffer/crypto';
import { LedgerEventKind, maximumGuesses } from '@coffer/evidence';
import { decodeCbor, encodeCbor, equalBytes, newUuid, requireBytes } from '@coffer/foundation';
import { cancelDeletion } from './account-deletion';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import { refilled, withoutRecord } from './guess-budget';
import { figuresOf, openFigures, sealFigures, type BudgetFigures } from './kept-figures';
import { activeRecordContext, loginAnswerContext, loginStateContext, pendingRecordContext } from './password-record';
import { cancelNewStart, finishNewStart } from './new-start';
import {
  LoginOutcome,
  type AccountRow,
  type KeyslotRow,
  type LoginRow,
  type PendingRecord,
  type RegistrationRow,
} from './ports/rows';
import { requireLive, requireSameOwner } from './registrations';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** A keyslot that was just proven, and the budget: refilled, unless it waits for a rotation (`pending`). */
export interface ActivatedKeyslot extends Omit<KeyslotRow, 'state'> {
  readonly state: 'active' | 'pending';
  readonly attemptsRemaining: number;
}

/**
 * The last phase of setting a password: a right KE3 on the pending record activates it, shreds the earlier one, binds the
 * owner key on a first claim or under a new start, and refills the budget, in one transaction.
 */
export class Activation {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * @throws VaultError `not-found`, `registration-expired`, `login-expired`, `wrong-guess`, `account-owned`,
   *   `wrong-owner-generation`; CryptoError `malformed-message`
   */
  async activate(
    account: AccountRow,
    registrationId: string,
    loginId: string,
    ke3Bytes: Uint8Array,
  ): Promise<ActivatedKeyslot> {
    const ke3 = decodeKe3(ke3Bytes);
    const ke3Hash = sha256(ke3);
    const { accountId } = account;
    const result = await this.#parts.accounts.within(
      accountId,
      async (session): Promise<ActivatedKeyslot | VaultError> => {
        const { login } = session;
        if (login === null || login.registrationId !== registrationId) {
          throw new VaultError('not-found', 'there is no such confirming login');
        }
        if (login.outcome !== null) return this.#repeated(session, login, ke3Hash);
        const row = requireLive(await session.transaction.registration(registrationId), session.nowMs);
        requireSameOwner(row, session.account);
        if (login.expiresAtMs <= session.nowMs || login.state === null) throw expired();
        const state = await this.#parts.sealer.open(login.state, loginStateContext(accountId, login));
        if (!(await this.#parts.opaque.finishLogin(state, ke3))) {
          const kept = await sealFigures(this.#parts.sealer, session, login);
          await session.transaction.consumeLogin(loginId, LoginOutcome.wrong, ke3Hash, kept);
          return wrong(figuresOf(session));
        }
        return row.pending?.purpose === 'rotation'
          ? this.#prove(session, row, row.pending, login, ke3Hash)
          : this.#activate(session, row, login, ke3Hash);
      },
      { loginId },
    );
    if (result instanceof VaultError) throw result;
    this.#parts.atStep(result.state === 'pending' ? 'rotation-proven' : 'activated');
    return result;
  }

  async #activate(
    session: AccountSession,
    row: RegistrationRow,
    login: LoginRow,
    ke3Hash: Uint8Array,
  ): Promise<ActivatedKeyslot> {
    const { accountId } = session.account;
    const { transaction } = session;
    const { pending, registrationId, serial } = row;
    if (pending === null) throw new VaultError('registration-expired', 'the pending record is gone');
    const context = pendingRecordContext(accountId, serial, registrationId);
    const record = await this.#parts.sealer.open(pending.record, context);
    if (row.generation === 0) await bindOwner(session, pending.keyId, pending.ownerPublicKey);
    else if (row.newStartId !== null) await finishNewStart(session, row.newStartId, pending, this.#parts.policy);
    else await cancelNewStart(session, 'proven');
    await cancelDeletion(session, 'proven');
    await this.#shredEarlier(session);
    const keyslotId = newUuid();
    const sealed = await this.#parts.sealer.seal(record, activeRecordContext(accountId, serial, keyslotId));
    await transaction.insertRecord({ serial, keyslotId, sealed });
    const keyslot = {
      ...({ keyslotId, kind: 'password', keyId: pending.keyId, serial, state: 'active' } as const),
      provenAtMs: session.nowMs,
    };
    await transaction.insertKeyslot(keyslot);
    await transaction.finishRegistration(registrationId);
    await transaction.endRegistrations(['open', 'pending'], registrationId);
    await transaction.dropPlannedShred();
    const details = { kind: 'password', keyslotId, keyId: pending.keyId, serial };
    const eventNumber = await session.append(LedgerEventKind.keyslotProven, details, refilled(session.budget, serial));
    await session.notify({ ...vaultNotices.keyslotProven('password'), eventNumber });
    return this.#answered(session, login, ke3Hash, { ...keyslot, attemptsRemaining: maximumGuesses });
  }

  /** A password for a rotation: it activates, shreds and refills nothing, and waits for the call that does (rotation.ts). */
  async #prove(
    session: AccountSession,
    row: RegistrationRow,
    { keyId }: PendingRecord,
    login: LoginRow,
    ke3Hash: Uint8Array,
  ): Promise<ActivatedKeyslot> {
    const { registrationId, serial } = row;
    const expiresAtMs = session.nowMs + this.#parts.policy.provenLifeMs;
    if (!(await session.transaction.setProven(registrationId, expiresAtMs))) throw expired();
    await session.transaction.endRegistrations(['pending', 'proven'], registrationId);
    const eventNumber = await session.append(LedgerEventKind.rotationProven, { registrationId, keyId, serial });
    await session.notify({ ...vaultNotices.rotationProven(), eventNumber });
    return this.#answered(session, login, ke3Hash, {
      // The keyslot that the rotation makes of it bears the id of its registration.
      ...{ keyslotId: registrationId, kind: 'password', keyId, serial, state: 'pending' },
      provenAtMs: session.nowMs,
      attemptsRemaining: session.budget.remaining,
    });
  }

  /** Consumes the login, and keeps the answer for a repetition of the same KE3. */
  async #answered(
    session: AccountSession,
    login: LoginRow,
    ke3Hash: Uint8Array,
    keyslot: ActivatedKeyslot,
  ): Promise<ActivatedKeyslot> {
    const { keyslotId, keyId, provenAtMs, state, attemptsRemaining } = keyslot;
    const { loginId, serial } = login;
    const answer = await this.#parts.sealer.seal(
      encodeCbor({ keyslotId, keyId, provenAtMs, state, attemptsRemaining }),
      loginAnswerContext(session.account.accountId, loginId, serial),
    );
    if (!(await session.transaction.consumeLogin(loginId, LoginOutcome.proven, ke3Hash, answer))) throw expired();
    return keyslot;
  }

  /** The record that is replaced goes in the same transaction. */
  async #shredEarlier(session: AccountSession): Promise<void> {
    const { serial } = session.budget;
    const record = serial === 0 ? null : await session.transaction.record();
    if (record === null) return;
    const { keyslotId } = record;
    await session.transaction.deleteRecord(serial);
    await session.transaction.endKeyslot(keyslotId, 'shredded');
    const details = { serial, keyslotId, reason: 'replaced' };
    const eventNumber = await session.append(LedgerEventKind.keyslotShredded, details, withoutRecord(session.budget));
    await session.notify({ ...vaultNotices.keyslotReplaced(), eventNumber });
  }

  async #repeated(
    session: AccountSession,
    login: LoginRow,
    ke3Hash: Uint8Array,
  ): Promise<ActivatedKeyslot | VaultError> {
    const isSame = login.ke3Hash !== null && equalBytes(login.ke3Hash, ke3Hash);
    if (login.outcome !== LoginOutcome.proven) return wrong(await openFigures(this.#parts.sealer, session, login));
    if (!isSame) return wrong({ attemptsRemaining: maximumGuesses, nextAttemptAtMs: null });
    if (login.answer === null || login.expiresAtMs <= session.nowMs) throw expired();
    const context = loginAnswerContext(session.account.accountId, login.loginId, login.serial);
    const read = decodeCbor(await this.#parts.sealer.open(login.answer, context)) as Readonly<Record<string, unknown>>;
    return {
      keyslotId: String(read['keyslotId']),
      kind: 'password',
      keyId: requireBytes(read['keyId'], 8, 'keyId'),
      serial: login.serial,
      state: read['state'] === 'pending' ? 'pending' : 'active',
      provenAtMs: Number(read['provenAtMs']),
      attemptsRemaining: Number(read['attemptsRemaining']),
    };
  }
}

/**
 * The first claim: one conditional statement, then the event.
 *
 * @throws VaultError `account-owned` where another device was first
 */
export async function bindOwner(session: AccountSession, keyId: Uint8Array, ownerPublicKey: Uint8Array): Promise<void> {
  if (!(await session.transaction.bindOwner(keyId, ownerPublicKey))) {
    throw new VaultError('account-owned', 'another device has claimed this account meanwhile; nothing was changed');
  }
  const details = { generation: 1, keyId, ownerPublicKey };
  const eventNumber = await session.append(LedgerEventKind.ownerBound, details);
  await session.notify({ ...vaultNotices.ownerBound(), eventNumber });
}

function wrong(figures: BudgetFigures): VaultError {
  return new VaultError('wrong-guess', 'the password is not the one of the pending record', {
    fields: { ...figures },
  });
}

function expired(): VaultError {
  return new VaultError('login-expired', 'the confirming login has expired; begin a new one');
}
