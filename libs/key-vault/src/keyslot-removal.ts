import { LedgerEventKind, type BudgetState, type SignedStatement } from '@coffer/evidence';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import { withoutRecord } from './guess-budget';
import type { AccountRow, KeyslotRow } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** Removing a keyslot: its future use ends, what it gave before stays given (docs/protocol.md, "Keyslots"). */
export class KeyslotRemoval {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * Removes a keyslot; with a password keyslot its record goes in the same transaction. What was guessed stays spent.
   *
   * @throws VaultError `not-found`, `last-keyslot` where no keyslot but passkeys would be left, `statement-invalid`,
   *   `challenge-spent`, `wrong-owner-generation`
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
      requireOthers(keyslots.filter((keyslot) => keyslot !== found));
      const after = await endKeyslot(session, found, 'removed');
      const details = { kind: found.kind, keyslotId, serial: found.serial };
      const eventNumber = await session.append(LedgerEventKind.keyslotRemoved, details, after);
      await session.notify({ ...vaultNotices.keyslotRemoved(found.kind), eventNumber });
    });
  }
}

/**
 * Ends an active keyslot and whatever the vault keeps for it.
 *
 * @returns the budget afterwards, for the event that records it
 */
export async function endKeyslot(
  session: AccountSession,
  keyslot: KeyslotRow,
  state: 'removed' | 'shredded',
): Promise<BudgetState> {
  await session.transaction.endKeyslot(keyslot.keyslotId, state);
  if (keyslot.kind === 'passkey') await session.transaction.deletePasskey(keyslot.keyslotId);
  if (keyslot.kind !== 'password') return session.budget;
  await session.transaction.deleteRecord(keyslot.serial);
  await session.transaction.dropPlannedShred();
  return session.budget.serial === keyslot.serial ? withoutRecord(session.budget) : session.budget;
}

/** A passkey lives and dies with an account of somebody else, so it never stands alone. @throws VaultError `last-keyslot` */
function requireOthers(left: readonly KeyslotRow[]): void {
  if (left.some(({ kind }) => kind !== 'passkey')) return;
  throw new VaultError(
    'last-keyslot',
    left.length === 0
      ? 'the last keyslot stays: without it nobody gets the backup key back; add another one first'
      : 'a passkey must not be the only way to the backup key; add a password or record the 64 digits first',
  );
}
