import { decodeVaultBody, LedgerEventKind, type SignedStatement } from '@coffer/evidence';
import { equalBytes, newUuid } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { bindOwner } from './activation';
import { VaultError } from './errors';
import { withoutRecord } from './guess-budget';
import type { AccountRow, KeyslotRow } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** Keyslots that need no OPAQUE: recording a 64-digit key, removing any. */
export class Keyslots {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * Records a 64-digit key that was typed back. On a first claim the statement is verified with the key that it carries, and
   * binds it.
   *
   * @throws VaultError `account-owned`, `already-exists`, `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async activateDigits(account: AccountRow, signed: SignedStatement): Promise<KeyslotRow> {
    const claimed = decodeVaultBody('activate-digits', signed.body);
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const { ownerGeneration, ownerPublicKey, keyId } = session.account;
      const isFirst = ownerGeneration === 0;
      if (ownerPublicKey !== null && !equalBytes(ownerPublicKey, claimed.ownerPublicKey)) {
        throw new VaultError('account-owned', 'the account has another owner key');
      }
      const { body } = await session.requireStatement('activate-digits', signed, {
        ...(isFirst ? ({ ownerPublicKey: 'carried', generation: 1 } as const) : {}),
        serial: 0,
        previousSerial: 0,
      });
      if (isFirst) await bindOwner(session, body.keyId, body.ownerPublicKey);
      else if (keyId === null || !equalBytes(keyId, body.keyId)) {
        throw new VaultError('statement-invalid', 'the key id is not the one of the account’s owner key');
      }
      await requireNoDigits(session);
      if (isFirst) await session.transaction.endRegistrations(['open', 'pending'], null);
      const keyslot: KeyslotRow = {
        ...{ keyslotId: newUuid(), kind: 'digits', keyId: body.keyId, serial: 0, state: 'active' },
        provenAtMs: session.nowMs,
      };
      await session.transaction.insertKeyslot(keyslot);
      const details = { kind: 'digits', keyslotId: keyslot.keyslotId, keyId: keyslot.keyId, serial: 0 };
      const eventNumber = await session.append(LedgerEventKind.keyslotProven, details);
      await session.notify({ ...vaultNotices.keyslotProven('digits'), eventNumber });
      return keyslot;
    });
  }

  /**
   * Removes a keyslot; with a password keyslot its record goes in the same transaction. What was guessed stays spent.
   *
   * @throws VaultError `not-found`, `forbidden` where it is the last one, `statement-invalid`, `challenge-spent`
   */
  async remove(account: AccountRow, keyslotId: string, signed: SignedStatement): Promise<void> {
    await this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('remove-keyslot', signed);
      if (body.keyslotId !== keyslotId) {
        throw new VaultError('statement-invalid', 'the statement is about another keyslot');
      }
      const keyslots = await session.transaction.keyslots();
      const found = keyslots.find((keyslot) => keyslot.keyslotId === keyslotId);
      if (found === undefined) throw new VaultError('not-found', 'there is no such keyslot');
      if (keyslots.length === 1) {
        throw new VaultError('forbidden', 'the last keyslot stays: without it nobody gets the backup key back');
      }
      const after = await withoutKeyslot(session, found);
      const details = { kind: found.kind, keyslotId, serial: found.serial };
      const eventNumber = await session.append(LedgerEventKind.keyslotRemoved, details, after);
      await session.notify({ ...vaultNotices.keyslotRemoved(found.kind), eventNumber });
    });
  }
}

async function requireNoDigits(session: AccountSession): Promise<void> {
  const keyslots = await session.transaction.keyslots();
  if (keyslots.some(({ kind }) => kind === 'digits')) {
    throw new VaultError('already-exists', 'the 64-digit key of this account is recorded already');
  }
}

async function withoutKeyslot(session: AccountSession, keyslot: KeyslotRow): Promise<AccountSession['budget']> {
  await session.transaction.endKeyslot(keyslot.keyslotId, 'removed');
  if (keyslot.kind !== 'password') return session.budget;
  await session.transaction.deleteRecord(keyslot.serial);
  await session.transaction.dropPlannedShred();
  return session.budget.serial === keyslot.serial ? withoutRecord(session.budget) : session.budget;
}
