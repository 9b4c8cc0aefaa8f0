import { LedgerEventKind, replayBudget, verifyChain } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { vaultAccount } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

const day = 86_400_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [], registrationsPerDay: 1_000 });
  device = new MemoryDevice(vault);
  await device.activateDigits();
  await device.setPassword('right');
});

const ask = async () => vault.deletion.ask(await device.account());
const rows = async () => vault.store.rows((await device.account()).accountId);
const step = async () => vault.deletion.step((await device.account()).accountId);
const guess = async (password: string) => {
  const attempt = device.attempt(password);
  return device.finish(attempt, await device.start(attempt));
};
const cancel = async (by: MemoryDevice, deletionId: string) =>
  vault.deletion.cancel(await device.account(), await by.statement('cancel-deletion', { deletionId }));
const deleteNow = async (by = device) =>
  vault.deletion.deleteNow(await device.account(), await by.statement('delete-account', { deletionId: newUuid() }));

describe('AccountDeletion.ask', () => {
  it('waits 30 days, is told urgently, and is the same one when it is asked for again', async () => {
    const row = await ask();
    expect(row.dueAtMs - vault.store.nowMs).toBe(30 * day);
    expect(await ask()).toEqual(row);
    const { notices, events } = await rows();
    expect(notices.at(-1)).toMatchObject({ kind: 'deletion-asked', severity: 'urgent' });
    expect(events.filter(({ fields }) => fields.kind === 'deletion-asked')).toHaveLength(1);
    await step();
    expect((await rows()).account.closedAtMs).toBeNull();
    await expect(guess('wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    expect((await rows()).deletion).toEqual(row);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a proven password', () => guess('right'), 'proven'],
    ['a new password under the owner’s key', () => device.setPassword('newer'), 'proven'],
    ['the owner’s veto against it', async () => cancel(device, (await rows()).deletion!.deletionId), 'owner'],
    ['the owner’s veto of guesses', () => device.vetoGuesses(60), 'owner'],
  ])('is cancelled by %s until its last millisecond', async (_name, act, by) => {
    await ask();
    vault.advance(30 * day - 1);
    await step();
    await act();
    vault.advance(day);
    await step();
    const { account, deletion, events } = await rows();
    expect([account.closedAtMs, deletion]).toEqual([null, null]);
    expect(events.findLast(({ fields }) => fields.kind === 'deletion-cancelled')?.fields.details['by']).toBe(by);
  });

  it('is not cancelled by another key, by a statement about another one, or twice by one', async () => {
    const { deletionId } = await ask();
    const stranger = new MemoryDevice(vault, device.subject);
    await expect(cancel(stranger, deletionId)).rejects.toMatchObject({ code: 'statement-invalid' });
    await expect(cancel(device, newUuid())).rejects.toMatchObject({ code: 'not-found' });
    const signed = await device.statement('cancel-deletion', { deletionId });
    await vault.deletion.cancel(await device.account(), signed);
    await ask();
    await expect(vault.deletion.cancel(await device.account(), signed)).rejects.toMatchObject({
      code: 'challenge-spent',
    });
  });

  it('that nobody cancels closes the account at its time', async () => {
    await ask();
    vault.advance(30 * day);
    expect(await vault.store.dueDeletions(10)).toEqual([(await device.account()).accountId]);
    await step();
    const { account, record, budget, keyslots, events } = await rows();
    expect([account.closedAtMs, record, budget.serial]).toEqual([vault.store.nowMs, null, 0]);
    expect(keyslots.map(({ state }) => state)).toEqual(['removed', 'removed']);
    const chain = verifyChain(
      events.map(({ event }) => event),
      { account: account.accountId },
    );
    expect(replayBudget(chain.events)).toEqual(budget);
  });

  it('is not hurried by an edit of its row: the account is sealed and stays', async () => {
    const row = await ask();
    const { accountId } = await device.account();
    vault.store.edit(accountId, { deletion: { ...row, dueAtMs: vault.store.nowMs, stepAtMs: vault.store.nowMs } });
    await expect(step()).rejects.toMatchObject({ code: 'account-sealed' });
    const { account } = await rows();
    expect([account.closedAtMs, account.sealedReason]).toEqual([null, 'a deletion does not agree with the ledger']);
  });
});

describe('AccountDeletion.deleteNow', () => {
  it('closes the account for everything that is not its erasure', async () => {
    const before = device.attempt('right');
    const started = await device.start(before);
    expect(await deleteNow()).toMatchObject({ state: 'closed', askedBy: 'owner' });
    await expect(device.finish(before, started)).rejects.toMatchObject({ code: 'account-closed' });
    for (const act of [ask, deleteNow, () => device.vetoGuesses(60), () => device.setPassword('other')]) {
      await expect(act()).rejects.toMatchObject({ code: 'account-closed' });
    }
  });

  it('takes the owner’s own statement and no other, and overtakes a deletion that waits', async () => {
    await ask();
    const stranger = new MemoryDevice(vault, device.subject);
    await expect(deleteNow(stranger)).rejects.toMatchObject({ code: 'statement-invalid' });
    expect((await rows()).account.closedAtMs).toBeNull();
    const { deletionId } = await deleteNow();
    expect((await rows()).deletion).toMatchObject({ deletionId, state: 'closed' });
  });
});

describe('AccountDeletion.step on a closed account', () => {
  it('erases it once nothing is left to empty, and says so in the vault’s own chain', async () => {
    const { accountId } = await device.account();
    const { deletionId } = await deleteNow();
    const leaves = (await rows()).events.length;
    vault.store.isEmptied = false;
    vault.advance(300_000);
    await step();
    expect(vault.store.rows(accountId)).toBeDefined();
    vault.store.isEmptied = true;
    await step();
    expect(vault.store.rows(accountId)).toBeDefined();
    vault.advance(5_000);
    await step();
    expect(vault.store.rows(accountId)).toBeUndefined();
    const own = await vaultAccount(vault.accounts, vault.vaultId);
    expect(vault.store.rows(own.accountId).events.at(-1)?.fields).toMatchObject({
      kind: LedgerEventKind.accountErased,
      details: { deletionId, leaves },
    });
  });

  it('leaves nothing behind that a later sign-in could find: it gets an account of its own', async () => {
    const { accountId } = await device.account();
    await deleteNow();
    vault.advance(300_000);
    await step();
    const later = await device.account();
    expect(later.accountId).not.toBe(accountId);
    expect(later).toMatchObject({ ownerGeneration: 0, keyId: null, closedAtMs: null });
  });
});
