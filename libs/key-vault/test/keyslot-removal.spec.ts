import { newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyslotRow } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [] });
  device = new MemoryDevice(vault);
});

const passkey = (): KeyslotRow => ({
  ...{ keyslotId: newUuid(), kind: 'passkey', keyId: device.keyId, serial: 0, state: 'active' },
  provenAtMs: vault.store.nowMs,
});

async function add(keyslot: KeyslotRow): Promise<string> {
  const { accountId } = await device.account();
  vault.store.edit(accountId, { keyslots: [...vault.store.rows(accountId).keyslots, keyslot] });
  return keyslot.keyslotId;
}

describe('KeyslotRemoval', () => {
  it('leaves the last keyslot where it is, and changes nothing', async () => {
    const { keyslotId } = await device.activateDigits();
    const { accountId } = await device.account();
    const before = vault.store.rows(accountId);
    await expect(device.remove(keyslotId)).rejects.toMatchObject({ code: 'last-keyslot' });
    const { keyslots, events, notices } = vault.store.rows(accountId);
    expect([keyslots, events, notices]).toEqual([before.keyslots, before.events, before.notices]);
  });

  it('never leaves a passkey alone, but removes passkeys freely', async () => {
    const { keyslotId } = await device.activateDigits();
    const [one, other] = [await add(passkey()), await add(passkey())];
    await expect(device.remove(keyslotId)).rejects.toMatchObject({ code: 'last-keyslot' });
    await device.remove(one);
    await expect(device.remove(keyslotId)).rejects.toMatchObject({ code: 'last-keyslot' });
    await device.remove(other);
    await expect(device.remove(keyslotId)).rejects.toMatchObject({ code: 'last-keyslot' });
  });

  it('takes the record with the password, leaves what is spent spent, and tells', async () => {
    await device.activateDigits();
    const { keyslotId, serial } = await device.setPassword('right');
    await device.start(device.attempt('wrong'));
    await device.remove(keyslotId);
    const { accountId } = await device.account();
    const { record, budget, events, notices } = vault.store.rows(accountId);
    expect([record, budget.remaining, budget.serial]).toEqual([null, 9, 0]);
    expect(events.at(-1)?.fields).toMatchObject({ kind: 'keyslot-removed', details: { kind: 'password', serial } });
    expect(notices.at(-1)).toMatchObject({ kind: 'keyslot-removed', eventNumber: events.at(-1)?.number });
  });

  it('wants the owner’s statement about this very keyslot, once', async () => {
    await device.activateDigits();
    const { keyslotId } = await device.setPassword('right');
    const account = await device.account();
    const thief = new MemoryDevice(vault, account.subject);
    await expect(thief.remove(keyslotId)).rejects.toMatchObject({ code: 'statement-invalid' });
    const signed = await device.statement('remove-keyslot', { keyslotId: newUuid() });
    const remove = vault.removal.remove(account, keyslotId, signed);
    await expect(remove).rejects.toMatchObject({ code: 'statement-invalid' });
    const unknown = newUuid();
    await expect(device.remove(unknown)).rejects.toMatchObject({ code: 'not-found' });
    expect(vault.store.rows(account.accountId).keyslots.every(({ state }) => state === 'active')).toBe(true);
  });
});
