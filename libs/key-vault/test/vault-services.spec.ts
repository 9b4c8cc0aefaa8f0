import { randomBytes } from '@coffer/crypto';
import { toBase64Url } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordVaultEvent, vaultAccount, vaultIssuer } from '../src/index';
import { MemoryDevice, memorySealer, memoryVault, type MemoryVault } from './memory-vault';

const minute = 60_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault();
  device = new MemoryDevice(vault);
});

async function guess(password: string) {
  const attempt = device.attempt(password);
  return device.finish(attempt, await device.start(attempt));
}

describe('Recovery', () => {
  it('waits as the table of delays says, and tells from the third unproven guess on', async () => {
    await device.setPassword('right');
    const { accountId } = await device.account();
    const before = vault.store.rows(accountId).notices.length;
    const delays = [0, 0, 1, 5, 15, 60, 240, 720, 1440];
    for (const [index, minutes] of delays.entries()) {
      const started = await device.start(device.attempt('wrong'));
      expect(started.attemptsRemaining).toBe(9 - index);
      const waitMs = started.nextAttemptAtMs === null ? 0 : started.nextAttemptAtMs - vault.store.nowMs;
      expect(waitMs).toBe(minutes * minute);
      expect(vault.store.rows(accountId).notices).toHaveLength(before + Math.max(0, index - 1));
      if (minutes === 0) continue;
      vault.advance(minutes * minute - 1);
      await expect(device.start(device.attempt('wrong'))).rejects.toMatchObject({
        code: 'attempt-too-early',
        fields: { attemptsRemaining: 9 - index, retryAfterSeconds: 1 },
      });
      vault.advance(1);
    }
    await device.start(device.attempt('wrong'));
    await expect(device.start(device.attempt('wrong'))).rejects.toMatchObject({ code: 'no-attempts-left' });
  });

  it('refuses where the anchor has been silent for more than two seconds, and counts nothing', async () => {
    await device.setPassword('right');
    vault.store.nowMs += 2_001;
    await expect(guess('right')).rejects.toMatchObject({ code: 'anchor-behind', isRetryable: true });
    const { accountId } = await device.account();
    expect(vault.store.rows(accountId).budget.remaining).toBe(10);
    vault.store.anchoredAtMs = null;
    await expect(guess('right')).rejects.toMatchObject({ code: 'anchor-behind' });
  });

  it('seals the account where its budget was raised behind its ledger, and says why in it', async () => {
    await device.setPassword('right');
    await expect(guess('wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    const { accountId } = await device.account();
    const { budget } = vault.store.rows(accountId);
    vault.store.edit(accountId, { budget: { ...budget, remaining: 10 } });
    await expect(guess('right')).rejects.toMatchObject({ code: 'account-sealed' });
    const { account, events } = vault.store.rows(accountId);
    expect(account.sealedReason).not.toBeNull();
    expect(events.at(-1)?.fields).toMatchObject({ kind: 'account-sealed', remaining: 9 });
    await expect(guess('right')).rejects.toMatchObject({ code: 'account-sealed' });
  });

  it('seals an account whose events were removed, and records nothing over the gap', async () => {
    await device.setPassword('right');
    const { accountId } = await device.account();
    vault.store.edit(accountId, { events: [] });
    await expect(guess('right')).rejects.toMatchObject({ code: 'account-sealed' });
    const { account, events } = vault.store.rows(accountId);
    expect([account.sealedReason === null, events.length]).toEqual([false, 0]);
  });

  it('shreds a record only for the serial of its tenth guess: one activated meanwhile stays', async () => {
    vault = await memoryVault({ guessDelaysMs: [] });
    device = new MemoryDevice(vault);
    await device.setPassword('old');
    for (let count = 0; count < 10; count++) await device.start(device.attempt('wrong'));
    const activated = await device.setPassword('new');
    const { accountId } = await device.account();
    vault.advance(121_000);
    expect(await vault.store.dueShreds(10)).toEqual([]);
    await vault.recovery.shred(accountId);
    expect(vault.store.rows(accountId).record?.serial).toBe(activated.serial);
    await expect(guess('new')).resolves.toMatchObject({ attemptsRemaining: 10 });
  });

  it('keeps the record while a login of the tenth guess is open, and shreds it after', async () => {
    vault = await memoryVault({ guessDelaysMs: [] });
    device = new MemoryDevice(vault);
    await device.setPassword('right');
    const { accountId } = await device.account();
    for (let count = 0; count < 10; count++) await device.start(device.attempt('wrong'));
    await vault.recovery.shred(accountId);
    expect(vault.store.rows(accountId).record).not.toBeNull();
    vault.advance(120_001);
    expect(await vault.store.dueShreds(10)).toEqual([accountId]);
    await vault.recovery.shred(accountId);
    const { record, keyslots, budget, events } = vault.store.rows(accountId);
    expect([record, keyslots[0]?.state, budget.remaining, budget.serial]).toEqual([null, 'shredded', 0, 0]);
    expect(events.at(-1)?.fields.kind).toBe('keyslot-shredded');
  });

  it('does the same to an account without a record: same events, same notices, same codes', async () => {
    const kinds = async (withRecord: boolean): Promise<readonly (readonly string[])[]> => {
      vault = await memoryVault({ guessDelaysMs: [] });
      device = new MemoryDevice(vault);
      if (withRecord) await device.setPassword('right');
      const { accountId } = await device.account();
      const before = vault.store.rows(accountId);
      for (let count = 0; count < 10; count++) {
        await expect(guess('wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
      }
      await expect(guess('wrong')).rejects.toMatchObject({ code: 'no-attempts-left' });
      const { events, notices } = vault.store.rows(accountId);
      return [
        events.slice(before.events.length).map(({ fields }) => `${fields.kind} ${Object.keys(fields.details).join()}`),
        notices.slice(before.notices.length).map(({ title, text, severity }) => `${severity} ${title} ${text}`),
      ];
    };
    expect(await kinds(false)).toEqual(await kinds(true));
  });
});

describe('Registrations', () => {
  it('expire after 15 minutes with everything that they sealed', async () => {
    const of = await device.open('x');
    await device.put(of, 'x');
    vault.advance(15 * minute);
    await expect(device.confirm(of.opened, device.attempt('x'))).rejects.toMatchObject({
      code: 'registration-expired',
    });
    await expect(device.put(of, 'x')).rejects.toMatchObject({ code: 'registration-expired' });
  });

  it('count five a day and begin anew the day after', async () => {
    for (let count = 0; count < 5; count++) await device.open('x');
    await expect(device.open('x')).rejects.toMatchObject({ code: 'too-many-registrations' });
    vault.advance(24 * 60 * minute);
    await expect(device.open('x')).resolves.toBeDefined();
  });

  it('leave an account as it was where the claim was lost to another device', async () => {
    const of = await device.open('x');
    await device.put(of, 'x');
    const attempt = device.attempt('x');
    const ke2 = await device.confirm(of.opened, attempt);
    const account = await device.account();
    const winner = new MemoryDevice(vault, account.subject);
    await winner.activateDigits();
    const ke3 = (await device.ke3(attempt, ke2, of.opened))!;
    const lost = vault.activation.activate(account, of.opened.registrationId, attempt.loginId, ke3);
    await expect(lost).rejects.toMatchObject({ code: 'registration-expired' });
    expect((await device.account()).ownerPublicKey).not.toBeNull();
    expect(vault.store.rows(account.accountId).record).toBeNull();
  });
});

describe('Keyslots', () => {
  it('give the second claimer account-owned', async () => {
    await device.activateDigits();
    const loser = new MemoryDevice(vault, (await device.account()).subject);
    await expect(loser.activateDigits()).rejects.toMatchObject({ code: 'account-owned' });
  });
});

describe('the test sealer', () => {
  it('binds what it seals, as the real one does', async () => {
    const context = { account: 'a', serial: 1, table: 't', stateVersion: 1 };
    const sealed = await memorySealer.seal(randomBytes(3), context);
    await expect(memorySealer.open(sealed, { ...context, serial: 2 })).rejects.toMatchObject({ code: 'does-not-open' });
  });
});

describe('recordVaultEvent', () => {
  it('writes to a chain of the vault’s own, in one transaction with what belongs to it', async () => {
    const { accounts, vaultId, store } = vault;
    const record = (work?: () => Promise<void>) =>
      recordVaultEvent(accounts, vaultId, { kind: 'vault-repaired', details: { lowered: 1 } }, work);
    expect(await record()).toBe(2);
    const failing = record(() => Promise.reject(new Error('undone')));
    await expect(failing).rejects.toThrow('undone');
    expect(await record()).toBe(3);
    const { accountId, issuer, subject } = await vaultAccount(accounts, vaultId);
    expect([issuer, subject]).toEqual([vaultIssuer, toBase64Url(vaultId)]);
    expect(store.rows(accountId).events.map(({ fields }) => fields.kind)).toEqual([
      'account-opened',
      'vault-repaired',
      'vault-repaired',
    ]);
  });
});
