import { signingPublicKey } from '@coffer/crypto';
import { replayBudget, verifyChain, type RotationBody } from '@coffer/evidence';
import { equalBytes as isSame, newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

const day = 86_400_000;
let vault: MemoryVault;
let old: MemoryDevice;
let fresh: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [], registrationsPerDay: 1_000 });
  old = new MemoryDevice(vault);
  await old.activateDigits();
  await old.setPassword('old');
  fresh = new MemoryDevice(vault, old.subject);
  fresh.generation = 2;
});

const begin = async () => {
  const row = await vault.newStart.begin(await old.account());
  fresh.newStartId = row.newStartId;
  return row;
};
const rows = async () => vault.store.rows((await old.account()).accountId);
const kinds = async () => (await rows()).events.map(({ fields }) => fields.kind);
const guess = async (device: MemoryDevice, password: string) => {
  const attempt = device.attempt(password);
  return device.finish(attempt, await device.start(attempt));
};
const cancel = async (device: MemoryDevice, newStartId: string) =>
  vault.newStart.cancel(await device.account(), newStartId, await device.statement('cancel-new-start', { newStartId }));
const undo = async (device: MemoryDevice, newStartId: string) => {
  const statement = await device.statement('undo-new-start', { newStartId });
  return vault.newStart.undo(await device.account(), newStartId, statement);
};
const step = async () => vault.newStart.step((await old.account()).accountId);

/** Waits, and sets a password under the new start. */
async function finish() {
  const { newStartId } = await begin();
  vault.advance(7 * day);
  await fresh.setPassword('new');
  fresh.newStartId = undefined;
  return newStartId;
}

describe('NewStart.begin', () => {
  it('waits seven days, is told urgently, and is the same one when it is asked for again', async () => {
    const row = await begin();
    expect([row.opensAtMs - vault.store.nowMs, row.closesAtMs - row.opensAtMs]).toEqual([7 * day, 14 * day]);
    expect(await begin()).toEqual(row);
    const { notices } = await rows();
    expect(notices.at(-1)).toMatchObject({ kind: 'new-start-begun', severity: 'urgent' });
    expect((await kinds()).filter((kind) => kind === 'new-start-begun')).toHaveLength(1);
  });

  it('is refused for an account that nobody owns', async () => {
    const account = await new MemoryDevice(vault).account();
    await expect(vault.newStart.begin(account)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
  });

  it('changes nothing by itself: guesses on the old record go on under their own budget, backups are signed', async () => {
    await begin();
    await expect(guess(old, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    vault.advance(8 * day);
    await expect(guess(old, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    expect((await rows()).budget.remaining).toBe(8);
    expect((await old.account()).ownerPublicKey).toEqual(signingPublicKey(old.owner));
    expect((await rows()).newStarts[0]?.state).toBe('pending');
  });
});

describe('a registration under a new start', () => {
  it('is taken from the end of the wait until 14 days after it, to the millisecond', async () => {
    const row = await begin();
    vault.advance(7 * day - 1);
    await expect(fresh.open('new')).rejects.toMatchObject({
      code: 'new-start-not-open',
      fields: { nextAttemptAtMs: row.opensAtMs },
    });
    vault.advance(1);
    const of = await fresh.open('new');
    await fresh.put(of, 'new');
    vault.advance(14 * day - 1);
    await fresh.open('new');
    vault.advance(1);
    await expect(fresh.open('new')).rejects.toMatchObject({ code: 'new-start-not-open' });
  });

  it('needs this very new start and the new owner’s own signatures', async () => {
    await begin();
    vault.advance(7 * day);
    const { newStartId } = fresh;
    fresh.newStartId = newUuid();
    await expect(fresh.open('new')).rejects.toMatchObject({ code: 'not-found' });
    fresh.newStartId = newStartId;
    fresh.generation = 1;
    await expect(fresh.put(await fresh.open('new'), 'new')).rejects.toMatchObject({ code: 'wrong-owner-generation' });
  });

  it('shreds the old password keyslot only, and starts a new budget and owner key', async () => {
    await expect(guess(old, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    const before = await rows();
    const newStartId = await finish();
    const { account, budget, record, keyslots, newStarts, events } = await rows();
    expect(account).toMatchObject({ ownerGeneration: 2, keyId: fresh.keyId });
    expect(account.ownerPublicKey).toEqual(signingPublicKey(fresh.owner));
    expect([budget.remaining, budget.nextAtMs, budget.serial]).toEqual([10, null, record!.serial]);
    expect(record!.serial).not.toBe(before.record!.serial);
    expect(keyslots.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'digits active',
      'password shredded',
      'password active',
    ]);
    expect(newStarts).toMatchObject([{ newStartId, state: 'finished', undoUntilMs: vault.store.nowMs + 90 * day }]);
    const chain = verifyChain(
      events.map(({ event }) => event),
      { account: account.accountId },
    );
    expect(replayBudget(chain.events)).toEqual(budget);
    await expect(guess(fresh, 'old')).rejects.toMatchObject({ code: 'wrong-guess' });
    await expect(guess(fresh, 'new')).resolves.toMatchObject({ attemptsRemaining: 10 });
  });

  it('A21: gives no guess back and ends nothing before it is proven', async () => {
    await expect(guess(old, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    await begin();
    vault.advance(7 * day);
    const before = await rows();
    const of = await fresh.open('new');
    await fresh.put(of, 'new');
    await fresh.confirm(of.opened, fresh.attempt('new'));
    const { budget, record, account } = await rows();
    expect([budget, record, account]).toEqual([before.budget, before.record, before.account]);
    await expect(guess(old, 'wrong again')).rejects.toMatchObject({ code: 'wrong-guess' });
    expect((await rows()).budget.remaining).toBe(8);
  });

  it('A23: of two devices under one new start the one that proves its record wins, the other changes nothing', async () => {
    await begin();
    vault.advance(7 * day);
    const other = new MemoryDevice(vault, old.subject);
    Object.assign(other, { generation: 2, newStartId: fresh.newStartId });
    const [first, second] = [await fresh.open('new'), await other.open('theirs')];
    await fresh.put(first, 'new');
    await other.put(second, 'theirs');
    await expect(fresh.confirm(first.opened, fresh.attempt('new'))).rejects.toMatchObject({
      code: 'registration-expired',
    });
    const attempt = other.attempt('theirs');
    const ke3 = await other.ke3(attempt, await other.confirm(second.opened, attempt), second.opened);
    const { registrationId } = second.opened;
    await vault.activation.activate(await other.account(), registrationId, attempt.loginId, ke3!);
    expect((await rows()).account).toMatchObject({ ownerGeneration: 2, keyId: other.keyId });
    await expect(fresh.open('new')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leaves the old owner no act but the undoing', async () => {
    await finish();
    await expect(old.vetoGuesses(60)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    old.generation = 2;
    await expect(old.vetoGuesses(60)).rejects.toMatchObject({ code: 'statement-invalid' });
    await fresh.activateDigits();
  });
});

describe('a pending new start', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['a proven password', () => guess(old, 'old'), 'proven'],
    ['a new password under the old key', () => old.setPassword('newer'), 'proven'],
    ['the owner’s veto against it', async () => cancel(old, fresh.newStartId!), 'owner'],
    ['the owner’s veto of guesses', () => old.vetoGuesses(60), 'owner'],
  ])('is cancelled by %s, while it waits and while it is open, with the registrations under it', async (_, act, by) => {
    for (const waitMs of [0, 7 * day]) {
      await begin();
      vault.advance(waitMs);
      const of = waitMs === 0 ? undefined : await fresh.open('new');
      if (of !== undefined) await fresh.put(of, 'new');
      await act();
      expect((await rows()).newStarts.at(-1)).toMatchObject({ state: 'cancelled', stepAtMs: null });
      const { events, notices } = await rows();
      expect(events.findLast(({ fields }) => fields.kind === 'new-start-cancelled')?.fields.details['by']).toBe(by);
      expect(notices.findLast(({ kind }) => kind === 'new-start-cancelled')).toBeDefined();
      await expect(fresh.open('new')).rejects.toMatchObject({ code: 'not-found' });
      if (of === undefined) continue;
      const late = fresh.confirm(of.opened, fresh.attempt('new'));
      await expect(late).rejects.toMatchObject({ code: 'registration-expired' });
    }
  });

  it('is not cancelled by a wrong guess, by another key, or by a statement about another one', async () => {
    await begin();
    await expect(guess(old, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    fresh.generation = 1;
    await expect(cancel(fresh, fresh.newStartId!)).rejects.toMatchObject({ code: 'statement-invalid' });
    await expect(cancel(old, newUuid())).rejects.toMatchObject({ code: 'not-found' });
    expect((await rows()).newStarts[0]?.state).toBe('pending');
  });

  it('that was confirmed already is not finished once it is cancelled', async () => {
    await begin();
    vault.advance(7 * day);
    const of = await fresh.open('new');
    await fresh.put(of, 'new');
    const attempt = fresh.attempt('new');
    const ke3 = await fresh.ke3(attempt, await fresh.confirm(of.opened, attempt), of.opened);
    await guess(old, 'old');
    const { registrationId } = of.opened;
    const late = vault.activation.activate(await fresh.account(), registrationId, attempt.loginId, ke3!);
    await expect(late).rejects.toMatchObject({ code: 'registration-expired' });
    expect((await old.account()).ownerGeneration).toBe(1);
  });
});

describe('NewStart.undo', () => {
  it('gives the account back to the old key until day 90, with what the old key had, and ends the new password', async () => {
    const newStartId = await finish();
    await fresh.activateDigits();
    vault.advance(90 * day - 1);
    expect(await undo(old, newStartId)).toMatchObject({ state: 'undone' });
    const { account, record, budget, events } = await rows();
    expect(account).toMatchObject({ ownerGeneration: 3, keyId: old.keyId });
    expect([record, budget.serial]).toEqual([null, 0]);
    expect(events.at(-1)?.fields).toMatchObject({ kind: 'new-start-undone', details: { newStartId, generation: 3 } });
    old.generation = 3;
    await expect(old.activateDigits()).rejects.toMatchObject({ code: 'already-exists' });
    await old.setPassword('again');
    await expect(guess(old, 'again')).resolves.toMatchObject({ attemptsRemaining: 10 });
    await expect(undo(old, newStartId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is over on day 90', async () => {
    const newStartId = await finish();
    vault.advance(90 * day);
    await expect(undo(old, newStartId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps what was guessed spent', async () => {
    const newStartId = await finish();
    await expect(guess(fresh, 'wrong')).rejects.toMatchObject({ code: 'wrong-guess' });
    await undo(old, newStartId);
    expect((await rows()).budget.remaining).toBe(9);
  });

  it('is signed by the old key under its own generation, for this new start', async () => {
    const newStartId = await finish();
    await expect(undo(fresh, newStartId)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    fresh.generation = 1;
    await expect(undo(fresh, newStartId)).rejects.toMatchObject({ code: 'statement-invalid' });
    const other = await old.statement('undo-new-start', { newStartId: newUuid() });
    await expect(vault.newStart.undo(await old.account(), newStartId, other)).rejects.toMatchObject({
      code: 'statement-invalid',
    });
  });

  it('reaches over later new starts, which cannot be undone or finished any more', async () => {
    const first = await finish();
    const third = new MemoryDevice(vault, old.subject);
    third.generation = 3;
    third.newStartId = (await vault.newStart.begin(await old.account())).newStartId;
    vault.advance(7 * day);
    await third.setPassword('third');
    const pending = await vault.newStart.begin(await old.account());
    await undo(old, first);
    expect((await rows()).newStarts.map(({ state }) => state)).toEqual(['undone', 'settled', 'cancelled']);
    expect((await old.account()).keyId).toEqual(old.keyId);
    fresh.generation = 2;
    await expect(undo(fresh, third.newStartId)).rejects.toMatchObject({ code: 'not-found' });
    vault.advance(7 * day);
    third.newStartId = pending.newStartId;
    await expect(third.open('x')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('NewStart.step', () => {
  it('tells once that it opens, ends it when its time has passed, and tells that', async () => {
    await begin();
    await step();
    const told = async () =>
      (await rows()).notices.filter(({ kind }) => kind.startsWith('new-start-')).map(({ kind }) => kind);
    expect(await vault.store.dueNewStarts(10)).toEqual([]);
    vault.advance(7 * day);
    expect(await vault.store.dueNewStarts(10)).toEqual([(await old.account()).accountId]);
    await step();
    await step();
    expect(await told()).toEqual(['new-start-begun', 'new-start-open']);
    vault.advance(14 * day);
    await step();
    await step();
    expect(await told()).toEqual(['new-start-begun', 'new-start-open', 'new-start-expired']);
    expect((await kinds()).at(-1)).toBe('new-start-expired');
    expect(await vault.store.dueNewStarts(10)).toEqual([]);
  });

  it('ends one that nobody looked at in time, and settles a finished one after day 90', async () => {
    await begin();
    vault.advance(30 * day);
    await step();
    expect((await rows()).newStarts[0]?.state).toBe('expired');
    await finish();
    vault.advance(90 * day);
    await step();
    expect((await rows()).newStarts[1]).toMatchObject({ state: 'settled', stepAtMs: null });
    expect((await kinds()).at(-1)).toBe('new-start-settled');
  });
});

describe('keyslots that a new start left', () => {
  it('do not count: the only one of the new key stays, and its digits may be recorded', async () => {
    await finish();
    const { keyslots } = await rows();
    const password = keyslots.find(({ keyId, state }) => state === 'active' && isSame(keyId, fresh.keyId))!;
    await expect(fresh.remove(password.keyslotId)).rejects.toMatchObject({ code: 'last-keyslot' });
    const left = keyslots.find(({ kind }) => kind === 'digits')!;
    await expect(fresh.remove(left.keyslotId)).rejects.toMatchObject({ code: 'not-found' });
    await expect(fresh.activateDigits()).resolves.toMatchObject({ kind: 'digits' });
    await expect(fresh.remove(password.keyslotId)).resolves.toBeUndefined();
  });
});

describe('a new start and a rotation', () => {
  const third = () => new MemoryDevice(vault, old.subject);

  async function rotate(device: MemoryDevice, next: MemoryDevice) {
    const { keyslots } = await rows();
    const own = keyslots.filter(({ state, keyId }) => state === 'active' && isSame(keyId, device.keyId));
    const body: RotationBody = {
      ownerPublicKey: signingPublicKey(device.owner),
      newOwnerPublicKey: signingPublicKey(next.owner),
      newKeyId: next.keyId,
      heads: [],
      activated: [{ kind: 'digits' }],
      removed: own.map(({ keyslotId }) => keyslotId),
    };
    const rotated = await vault.rotation.rotate(await device.account(), await device.coSigned('rotate', body, next));
    next.generation = rotated.ownerGeneration;
    return rotated;
  }

  it('end with the rotation where the new start was pending: the old key lives', async () => {
    const { newStartId } = await begin();
    await rotate(old, third());
    expect((await rows()).newStarts).toMatchObject([{ newStartId, state: 'cancelled' }]);
    vault.advance(8 * day);
    fresh.newStartId = newStartId;
    await expect(fresh.open('new')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leave what the old key needs to undo the new start, also after the new key was rotated', async () => {
    const newStartId = await finish();
    await rotate(fresh, third());
    const left = (await rows()).keyslots.filter(({ state, keyId }) => state === 'active' && isSame(keyId, old.keyId));
    expect(left.map(({ kind }) => kind)).toEqual(['digits']);
    await expect(undo(old, newStartId)).resolves.toMatchObject({ state: 'undone' });
    expect((await old.account()).keyId).toEqual(old.keyId);
  });
});
