import { LedgerEventKind, passkeysMaximum, type ActivatePasskeyBody, type SignedStatement } from '@coffer/evidence';
import { equalBytes, newUuid } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import type { AccountRow, KeyslotRow } from './ports/rows';
import { vaultNotices } from './vault-notices';
import type { VaultServiceParts } from './vault-services';

/**
 * Keyslots of passkeys. The vault keeps a wrap of the backup key that it cannot open; that the passkey opens it, the owner's
 * signature says, for only a device that holds the key could have tried (docs/protocol.md, "Passkey keyslot").
 */
export class Passkeys {
  readonly #parts: VaultServiceParts;

  constructor(parts: VaultServiceParts) {
    this.#parts = parts;
  }

  /**
   * Adds a passkey beside another keyslot of the owner's key.
   *
   * @throws VaultError `last-keyslot` where it would be the only kind of keyslot, `already-exists` where this credential has one,
   *   `too-many-keyslots`, `statement-invalid`, `challenge-spent`, `wrong-owner-generation`
   */
  async activate(account: AccountRow, signed: SignedStatement): Promise<KeyslotRow> {
    return this.#parts.accounts.within(account.accountId, async (session) => {
      const { body } = await session.requireStatement('activate-passkey', signed, { serial: 0, previousSerial: 0 });
      const { keyId } = session.account;
      if (keyId === null || !equalBytes(keyId, body.keyId)) {
        throw new VaultError('statement-invalid', 'the key id is not the one of the account’s owner key');
      }
      await requireRoom(session, body);
      const keyslot: KeyslotRow = {
        ...{ keyslotId: newUuid(), kind: 'passkey', keyId: body.keyId, serial: 0, state: 'active' },
        provenAtMs: session.nowMs,
      };
      await session.transaction.insertKeyslot(keyslot);
      await session.transaction.insertPasskey({ ...body, keyslotId: keyslot.keyslotId });
      const details = { kind: 'passkey', keyslotId: keyslot.keyslotId, keyId: keyslot.keyId, serial: 0 };
      const eventNumber = await session.append(LedgerEventKind.keyslotProven, details);
      await session.notify({ ...vaultNotices.keyslotProven('passkey'), eventNumber });
      return keyslot;
    });
  }
}

async function requireRoom({ transaction }: AccountSession, body: ActivatePasskeyBody): Promise<void> {
  if (!(await transaction.keyslots()).some(({ kind }) => kind !== 'passkey')) {
    throw new VaultError(
      'last-keyslot',
      'a passkey must not be the only way to the backup key; add a password or record the 64 digits first',
    );
  }
  const passkeys = await transaction.passkeys();
  const isSame = passkeys.some(
    ({ rpId, credentialId }) => rpId === body.rpId && equalBytes(credentialId, body.credentialId),
  );
  if (isSame) throw new VaultError('already-exists', 'this passkey opens the backup key already; nothing was changed');
  if (passkeys.length >= passkeysMaximum) {
    throw new VaultError('too-many-keyslots', 'no further passkey fits; remove one that is not needed any more');
  }
}
