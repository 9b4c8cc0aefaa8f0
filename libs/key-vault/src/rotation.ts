import { sha256 } from '@coffer/crypto';
import {
  LedgerEventKind,
  type BudgetState,
  type CoSignedStatement,
  type RotationBody,
  type RotationKeyslot,
} from '@coffer/evidence';
import { equalBytes, newUuid } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import { refilled, withoutRecord } from './guess-budget';
import { endKeyslot } from './keyslot-removal';
import { activeRecordContext, pendingRecordContext } from './password-record';
import { RegistrationState, type AccountRow, type KeyslotRow, type PendingRecord } from './ports/rows';
import { headBehind, planRepositories, requireSame, type RepositoryStep } from './rotation-heads';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';
import { cancelWaiting } from './waiting-acts';

/** An account after its backup key was replaced. */
export interface RotatedAccount {
  readonly ownerGeneration: number;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  readonly keyslots: readonly KeyslotRow[];
  readonly attemptsRemaining: number;
}

/** A password that a KE3 proved for this rotation. */
interface ProvenPassword {
  readonly registrationId: string;
  readonly serial: number;
  readonly pending: PendingRecord;
}

/**
 * The last step of a rotation (docs/protocol.md, "Rotation of K"): in one transaction the account goes from one backup key to
 * the next. Whatever does not fit rolls all of it back, and the former key stays in force.
 */
export class Rotation {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * @throws VaultError `statement-invalid`, `challenge-spent`, `wrong-owner-generation`; `rotation-behind` where keyslots or
   *   repositories are not those that the device knew; `head-behind` where another device finished a backup;
   *   `registration-expired` where the password was not proven, or too long ago
   */
  async rotate(account: AccountRow, signed: CoSignedStatement): Promise<RotatedAccount> {
    const rotated = await this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireCoSigned('rotate', signed, { serial: 0 });
      const result = await this.#apply(session, body, sha256(signed.body));
      this.#parts.atStep('rotation-written');
      return result;
    });
    this.#parts.atStep('rotation-committed');
    return rotated;
  }

  async #apply(session: AccountSession, body: RotationBody, bodyHash: Uint8Array): Promise<RotatedAccount> {
    const { transaction, account } = session;
    const former = await transaction.keyslots();
    requireSame(
      former.map(({ keyslotId }) => keyslotId),
      body.removed,
      'the keyslots of the account changed meanwhile; list them again',
    );
    await cancelWaiting(session, 'owner');
    const repositories = await planRepositories(session, body);
    const password = await this.#password(session, body);
    for (const keyslot of former) await endKeyslot(session, keyslot, 'removed');
    const keyslots = await this.#activate(session, body, password);
    await transaction.endRegistrations(['open', 'pending', 'proven'], password?.registrationId ?? null);
    const { ownerGeneration } = account;
    if (!(await transaction.replaceOwner(ownerGeneration, body.newKeyId, body.newOwnerPublicKey))) {
      throw new VaultError('wrong-owner-generation', 'the owner key was replaced meanwhile');
    }
    for (const { repositoryId, next } of repositories) {
      if (!(await transaction.rekeyRepository(repositoryId, body.newKeyId, next))) throw headBehind();
    }
    // Only a password that was proven gives guesses back.
    const after = password === undefined ? withoutRecord(session.budget) : refilled(session.budget, password.serial);
    await this.#record(session, { body, bodyHash, keyslots, repositories, after });
    return {
      ownerGeneration: ownerGeneration + 1,
      keyId: body.newKeyId,
      keyslots,
      attemptsRemaining: after.remaining,
    };
  }

  /** The password among what is to be activated; it must have been proven for this very key. */
  async #password(session: AccountSession, body: RotationBody): Promise<ProvenPassword | undefined> {
    const wanted = body.activated.find((slot) => slot.kind === 'password');
    if (wanted === undefined) return undefined;
    const row = await session.transaction.registration(wanted.registrationId);
    const isProven =
      row !== null &&
      row.pending?.purpose === 'rotation' &&
      row.state === RegistrationState.proven &&
      row.expiresAtMs > session.nowMs &&
      row.generation === session.account.ownerGeneration;
    if (!isProven) {
      throw new VaultError('registration-expired', 'the password was not proven, or too long ago; set it again');
    }
    const isMeant =
      row.serial === wanted.serial &&
      equalBytes(row.pending.ownerPublicKey, body.newOwnerPublicKey) &&
      equalBytes(row.pending.keyId, body.newKeyId);
    if (!isMeant) throw new VaultError('statement-invalid', 'the password was proven for another key');
    return { registrationId: row.registrationId, serial: row.serial, pending: row.pending };
  }

  async #activate(
    session: AccountSession,
    body: RotationBody,
    password: ProvenPassword | undefined,
  ): Promise<readonly KeyslotRow[]> {
    const keyslots: KeyslotRow[] = [];
    for (const slot of body.activated) {
      const row: KeyslotRow = {
        keyslotId: slot.kind === 'password' ? slot.registrationId : newUuid(),
        ...{ kind: slot.kind, keyId: body.newKeyId, serial: slot.kind === 'password' ? slot.serial : 0 },
        ...{ state: 'active', provenAtMs: session.nowMs },
      };
      await session.transaction.insertKeyslot(row);
      await this.#keep(session, slot, row, password);
      keyslots.push(row);
    }
    return keyslots;
  }

  /** What the vault keeps for a keyslot beside its row. */
  async #keep(
    session: AccountSession,
    slot: RotationKeyslot,
    { keyslotId, keyId, serial }: KeyslotRow,
    password: ProvenPassword | undefined,
  ): Promise<void> {
    const { accountId } = session.account;
    const { transaction } = session;
    if (slot.kind === 'passkey') {
      const { rpId, credentialId, prfSalt, sealedBackupKey } = slot;
      await transaction.insertPasskey({ keyslotId, keyId, rpId, credentialId, prfSalt, sealedBackupKey });
    }
    if (slot.kind !== 'password' || password === undefined) return;
    const context = pendingRecordContext(accountId, serial, slot.registrationId);
    const record = await this.#parts.sealer.open(password.pending.record, context);
    const sealed = await this.#parts.sealer.seal(record, activeRecordContext(accountId, serial, keyslotId));
    await transaction.insertRecord({ serial, keyslotId, sealed });
    await transaction.finishRegistration(slot.registrationId);
    await transaction.dropPlannedShred();
  }

  async #record(
    session: AccountSession,
    of: {
      readonly body: RotationBody;
      readonly bodyHash: Uint8Array;
      readonly keyslots: readonly KeyslotRow[];
      readonly repositories: readonly RepositoryStep[];
      readonly after: BudgetState;
    },
  ): Promise<void> {
    const { body, bodyHash, keyslots, repositories, after } = of;
    const details = {
      generation: session.account.ownerGeneration + 1,
      keyId: body.newKeyId,
      ownerPublicKey: body.newOwnerPublicKey,
      activated: keyslots.map(({ keyslotId, kind, serial }) => ({ keyslotId, kind, serial })),
      removed: [...body.removed],
      bodyHash,
    };
    const eventNumber = await session.append(LedgerEventKind.keyRotated, details, after);
    for (const { repositoryId, next } of repositories) {
      if (next === null) continue;
      const { head, hash } = next;
      const replaced = { repositoryId, generation: head.generation, headHash: hash };
      await session.append(LedgerEventKind.headReplaced, replaced);
    }
    await session.notify({ ...vaultNotices.keyRotated(), eventNumber });
  }
}
