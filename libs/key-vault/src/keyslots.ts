import { decodeVaultBody, LedgerEventKind, type SignedStatement } from '@coffer/evidence';
import { equalBytes, newUuid } from '@coffer/foundation';
import { cancelDeletion } from './account-deletion';
import type { AccountSession } from './account-session';
import { bindOwner } from './activation';
import { VaultError } from './errors';
import type { AccountRow, KeyslotRow } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/** The keyslot of 64 digits, which needs no OPAQUE. */
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
      if (isFirst) {
        await session.transaction.endRegistrations(['open', 'pending'], null);
        await cancelDeletion(session, 'owner');
      }
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
}

async function requireNoDigits(session: AccountSession): Promise<void> {
  const keyslots = await session.transaction.keyslots();
  if (keyslots.some(({ kind }) => kind === 'digits')) {
    throw new VaultError('already-exists', 'the 64-digit key of this account is recorded already');
  }
}
