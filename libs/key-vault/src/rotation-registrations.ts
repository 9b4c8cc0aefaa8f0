import { sha256 } from '@coffer/crypto';
import type { CoSignedStatement } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { VaultError } from './errors';
import type { AccountRow } from './ports/rows';
import { requireLive, requireSameOwner, sealPending } from './registrations';
import type { VaultServiceParts } from './vault-services';

/**
 * Setting a password for a backup key that is to take the place of the current one. It is opened and confirmed as any other
 * (`Registrations`, `Activation`); only its record is signed by both owner keys, and its KE3 activates nothing.
 */
export class RotationRegistrations {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * Takes the record: pending, as that of any registration. Confirming KE1s are verified with the new owner key.
   *
   * @returns when it expires
   * @throws VaultError `not-found`, `registration-expired`, `already-exists`, `statement-invalid`, `challenge-spent`,
   *   `wrong-owner-generation`; CryptoError `malformed-message`
   */
  async putRecord(account: AccountRow, registrationId: string, signed: CoSignedStatement): Promise<number> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const row = requireLive(await session.transaction.registration(registrationId), session.nowMs);
      requireSameOwner(row, session.account);
      if (row.newStartId !== null) {
        throw new VaultError('statement-invalid', 'the registration belongs to a new start');
      }
      const { serial, previousSerial } = row;
      const recordHash = sha256(signed.body);
      const isRepeated = row.pending !== null && equalBytes(row.pending.recordHash, recordHash);
      const expected = { serial, previousSerial };
      // A repeated request brings the challenge that it spent the first time.
      const { body } = isRepeated
        ? session.verifyCoSigned('rotation-record', signed, expected)
        : await session.requireCoSigned('rotation-record', signed, expected);
      if (body.registrationId !== registrationId) {
        throw new VaultError('statement-invalid', 'the statement is about another registration');
      }
      if (isRepeated) return row.expiresAtMs;
      if (row.pending !== null) {
        throw new VaultError('already-exists', 'another record was put under this registration');
      }
      await session.transaction.endRegistrations(['pending'], registrationId);
      const { newOwnerPublicKey: ownerPublicKey } = body;
      const put = { ...body, ownerPublicKey, recordHash, purpose: 'rotation' } as const;
      const pending = await sealPending(this.#parts, session, row, put);
      if (!(await session.transaction.setPending(registrationId, pending))) {
        throw new VaultError('registration-expired', 'the registration has ended; open a new one');
      }
      return row.expiresAtMs;
    });
  }
}
