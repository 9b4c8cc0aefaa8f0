import { randomBytes } from '@coffer/crypto';
import { passkeysMaximum } from '@coffer/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [] });
  device = new MemoryDevice(vault);
});

const rowsOf = async () => vault.store.rows((await device.account()).accountId);

/** What the act must not have changed where it was refused. */
async function kept() {
  const { keyslots, passkeys, events, notices } = await rowsOf();
  return { keyslots, passkeys, events, notices };
}

describe('Passkeys', () => {
  describe('activate', () => {
    it('keeps keyslot and wrap, records it and tells, beside another keyslot', async () => {
      await device.activateDigits();
      const body = device.passkey();
      const keyslot = await device.activatePasskey(body);
      const { keyslots, passkeys, events, notices } = await rowsOf();
      expect(keyslot).toMatchObject({ kind: 'passkey', keyId: device.keyId, serial: 0, state: 'active' });
      expect(keyslots.at(-1)).toEqual(keyslot);
      expect(passkeys).toEqual([{ ...body, keyslotId: keyslot.keyslotId }]);
      const { keyslotId, keyId } = keyslot;
      const details = { kind: 'passkey', keyslotId, keyId, serial: 0 };
      expect(events.at(-1)?.fields).toMatchObject({ kind: 'keyslot-proven', details });
      expect(notices.at(-1)).toMatchObject({ kind: 'keyslot-proven', eventNumber: events.at(-1)?.number });
    });

    it('is refused where nothing but passkeys would open the key', async () => {
      const { keyslotId, serial } = await device.setPassword('right');
      const account = await device.account();
      await device.activatePasskey();
      // The guesses were used up, and the password keyslot is gone: the owner who still holds K must add another kind first.
      const { keyslots } = vault.store.rows(account.accountId);
      const ended = keyslots.map((slot) =>
        slot.keyslotId === keyslotId ? ({ ...slot, serial, state: 'shredded' } as const) : slot,
      );
      vault.store.edit(account.accountId, { keyslots: ended });
      const before = await kept();
      await expect(device.activatePasskey()).rejects.toMatchObject({ code: 'last-keyslot' });
      expect(await kept()).toEqual(before);
    });

    it('is refused for a credential that has a keyslot, and only at the same relying party', async () => {
      await device.activateDigits();
      const body = device.passkey();
      await device.activatePasskey(body);
      const again = device.passkey({ credentialId: body.credentialId });
      await expect(device.activatePasskey(again)).rejects.toMatchObject({ code: 'already-exists' });
      await expect(device.activatePasskey({ ...again, rpId: 'other.example' })).resolves.toMatchObject({
        kind: 'passkey',
      });
    });

    it('leaves room for digits and a password, so that a rotation can name every keyslot', async () => {
      await device.activateDigits();
      for (let count = 0; count < passkeysMaximum; count++) await device.activatePasskey();
      const before = await kept();
      await expect(device.activatePasskey()).rejects.toMatchObject({ code: 'too-many-keyslots' });
      expect(await kept()).toEqual(before);
    });

    it('wants the owner of the key that the wrap is for', async () => {
      await device.activateDigits();
      const account = await device.account();
      const before = await kept();
      const thief = new MemoryDevice(vault, account.subject);
      await expect(thief.activatePasskey()).rejects.toMatchObject({ code: 'statement-invalid' });
      const other = device.passkey({ keyId: randomBytes(8) });
      await expect(device.activatePasskey(other)).rejects.toMatchObject({ code: 'statement-invalid' });
      const signed = await device.statement('activate-passkey', device.passkey());
      await vault.passkeys.activate(account, signed);
      await expect(vault.passkeys.activate(account, signed)).rejects.toMatchObject({ code: 'challenge-spent' });
      expect((await kept()).passkeys).toHaveLength(before.passkeys.length + 1);
    });

    it('is refused while nobody owns the account', async () => {
      await expect(device.activatePasskey()).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    });
  });

  it('of the former key are not listed after a new start', async () => {
    await device.activateDigits();
    await device.activatePasskey();
    const { accountId } = await device.account();
    expect(await vault.store.passkeys(accountId)).toHaveLength(1);
    const { account } = vault.store.rows(accountId);
    vault.store.edit(accountId, { account: { ...account, keyId: randomBytes(8) } });
    expect(await vault.store.passkeys(accountId)).toEqual([]);
  });
});
