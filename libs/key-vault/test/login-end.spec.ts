import { randomBytes } from '@coffer/crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeySealer } from '../src/index';
import { countedOf, rowsOf } from './account-rows';
import { deviceThrough, diesAt } from './device-through';
import { MemoryDevice, memorySealer, memoryVault, type MemoryAttempt, type MemoryVault } from './memory-vault';

const life = 120_000;
const minute = 60_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault();
  device = new MemoryDevice(vault);
  await device.setPassword('right');
});

const rows = async () => rowsOf(vault, device);
const lastEvent = async () => (await rows()).events.at(-1)!;
const counted = async () => countedOf(vault, device);
/** A login that waits for its KE3. */
async function begun(password = 'right') {
  const attempt = device.attempt(password);
  const started = await device.start(attempt);
  return { attempt, started, ke3: (await device.ke3(attempt, started.ke2, started)) ?? randomBytes(64) };
}
const finish = async ({ loginId }: MemoryAttempt, ke3: Uint8Array) =>
  vault.recovery.finish(await device.account(), loginId, ke3);
const text = (part: string): string => expect.stringContaining(part) as string;
const expired = { code: 'login-expired', message: text('begin a new one, which is a new guess') };

describe('a right KE3', () => {
  it('gets the sealed backup key, gives all guesses back, and is recorded and told', async () => {
    const { attempt, started, ke3 } = await begun();
    const answer = await finish(attempt, ke3);
    expect(answer).toEqual({
      ...{ sealedBackupKey: answer.sealedBackupKey, keyId: device.keyId, serial: started.serial },
      ...{ ksf: started.ksf, attemptsRemaining: 10 },
    });
    expect(answer.sealedBackupKey).toHaveLength(72);
    const { number, fields } = await lastEvent();
    expect(fields).toMatchObject({ kind: 'proven', remaining: 10, attempt: 1, nextAtMs: null });
    expect(fields.details).toEqual({ loginId: attempt.loginId, guess: 1 });
    expect((await rows()).notices.at(-1)).toMatchObject({ kind: 'proven', severity: 'info', eventNumber: number });
  });

  it('gets the same answer again until the login ends, whatever was guessed since, and refills nothing', async () => {
    const { attempt, ke3 } = await begun();
    const answer = await finish(attempt, ke3);
    await device.start(device.attempt('wrong'));
    const before = await counted();
    expect(before.budget.remaining).toBe(9);
    vault.advance(life - 1);
    expect(await finish(attempt, ke3)).toEqual(answer);
    vault.advance(1);
    await expect(finish(attempt, ke3)).rejects.toMatchObject(expired);
    expect(await counted()).toEqual(before);
  });

  it('gets it where the process died before it could answer, and refills once', async () => {
    const { attempt, started, ke3 } = await begun();
    const dying = deviceThrough(vault, device, diesAt('proven-committed'));
    await expect(dying.finish(attempt, started)).rejects.toThrow('died at proven-committed');
    await device.start(device.attempt('wrong'));
    const before = await counted();
    await expect(finish(attempt, ke3)).resolves.toMatchObject({ attemptsRemaining: 10, keyId: device.keyId });
    expect(await counted()).toEqual(before);
  });

  it('is the only one of its login: any other is a wrong guess before a full budget, and gets nothing', async () => {
    const { attempt, ke3 } = await begun();
    await finish(attempt, ke3);
    await device.start(device.attempt('wrong'));
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject({
      code: 'wrong-guess',
      fields: { attemptsRemaining: 10, nextAttemptAtMs: null },
    });
    vault.advance(life);
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject(expired);
  });

  it('ends a new start and a deletion that wait, for nothing is lost', async () => {
    const account = await device.account();
    const { newStartId } = await vault.newStart.begin(account);
    const { deletionId } = await vault.deletion.ask(account);
    const { attempt, ke3 } = await begun();
    await finish(attempt, ke3);
    const details = (await rows()).events.slice(-2).map(({ fields }) => [fields.kind, fields.details]);
    expect(details).toEqual([
      ['new-start-cancelled', { newStartId, by: 'proven' }],
      ['deletion-cancelled', { deletionId, by: 'proven' }],
    ]);
  });

  it('gets nothing where the record was taken away beside the ledger', async () => {
    const { attempt, ke3 } = await begun();
    vault.store.edit((await device.account()).accountId, { record: null });
    await expect(finish(attempt, ke3)).rejects.toMatchObject(expired);
    expect((await rows()).budget.remaining).toBe(9);
  });
});

describe('a wrong KE3', () => {
  it('is told the budget, and the identical one the same figures until the login ends', async () => {
    await begun('wrong');
    await begun('wrong');
    const { attempt, ke3 } = await begun('wrong');
    const told = { attemptsRemaining: 7, nextAttemptAtMs: vault.store.nowMs + minute };
    const refusal = { code: 'wrong-guess', message: text('the guess is spent'), fields: told };
    await expect(finish(attempt, ke3)).rejects.toMatchObject(refusal);
    vault.advance(minute);
    await begun('wrong');
    const before = await counted();
    expect(before.budget).toMatchObject({ remaining: 6, nextAtMs: vault.store.nowMs + 5 * minute });
    await expect(finish(attempt, ke3)).rejects.toMatchObject(refusal);
    vault.advance(life - minute - 1);
    await expect(finish(attempt, ke3)).rejects.toMatchObject(refusal);
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject(refusal);
    vault.advance(1);
    await expect(finish(attempt, ke3)).rejects.toMatchObject(expired);
    expect(await counted()).toEqual(before);
  });

  it('is told that the next guess is taken at once where it is', async () => {
    const { attempt, ke3 } = await begun('wrong');
    const told = { code: 'wrong-guess', fields: { attemptsRemaining: 9, nextAttemptAtMs: null } };
    await expect(finish(attempt, ke3)).rejects.toMatchObject(told);
    await expect(finish(attempt, ke3)).rejects.toMatchObject(told);
  });

  it('uses its login up: the right one after it gets nothing', async () => {
    const { attempt, ke3 } = await begun();
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject({ code: 'wrong-guess' });
    await expect(finish(attempt, ke3)).rejects.toMatchObject({ code: 'wrong-guess' });
    expect((await rows()).budget.remaining).toBe(9);
  });
});

describe('a KE3 that is right for a password that was replaced meanwhile', () => {
  it('gets nothing of the new record, refills nothing, and is recorded and told', async () => {
    const { attempt, ke3 } = await begun();
    await device.setPassword('new');
    await begun('wrong');
    const { budget } = await rows();
    const refusal = { code: 'superseded', message: text('was replaced during this login; begin a new one') };
    await expect(finish(attempt, ke3)).rejects.toMatchObject(refusal);
    const { number, fields } = await lastEvent();
    expect([fields.kind, fields.details]).toEqual(['login-superseded', { loginId: attempt.loginId, guess: 1 }]);
    const { notices, budget: after } = await rows();
    expect(notices.at(-1)).toMatchObject({ kind: 'login-superseded', severity: 'warning', eventNumber: number });
    expect(after).toEqual(budget);
  });

  it('is refused the same way again, once recorded; any other is a wrong guess with the figures of then', async () => {
    const { attempt, ke3 } = await begun();
    await device.setPassword('new');
    await expect(finish(attempt, ke3)).rejects.toMatchObject({ code: 'superseded' });
    await begun('wrong');
    const before = await counted();
    await expect(finish(attempt, ke3)).rejects.toMatchObject({ code: 'superseded' });
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject({
      code: 'wrong-guess',
      fields: { attemptsRemaining: 10, nextAttemptAtMs: null },
    });
    expect(await counted()).toEqual(before);
  });
});

describe('a KE3 after the life of its login', () => {
  it.each(['right', 'wrong'])(
    'is told that the login is over where what was kept of a %s one is gone',
    async (password) => {
      const { attempt, ke3 } = await begun(password);
      await finish(attempt, ke3).catch(() => undefined);
      const { accountId } = await device.account();
      const { logins } = await rows();
      const login = { ...logins.get(attempt.loginId)!, answer: null };
      vault.store.edit(accountId, { logins: new Map(logins).set(attempt.loginId, login) });
      await expect(finish(attempt, ke3)).rejects.toMatchObject(expired);
    },
  );

  it('is taken in the last of the 120 seconds’ milliseconds, and not after it', async () => {
    const [first, second] = [await begun(), await begun()];
    vault.advance(life - 1);
    await expect(finish(first.attempt, first.ke3)).resolves.toMatchObject({ attemptsRemaining: 10 });
    const before = await counted();
    vault.advance(1);
    await expect(finish(second.attempt, second.ke3)).rejects.toMatchObject(expired);
    expect(await counted()).toEqual(before);
  });

  it('is refused without opening what the login sealed, whose key may be destroyed by then', async () => {
    const { attempt, ke3 } = await begun();
    const { logins } = await rows();
    const login = { ...logins.get(attempt.loginId)!, state: { epoch: 1, bytes: randomBytes(64) } };
    vault.store.edit((await device.account()).accountId, { logins: new Map(logins).set(attempt.loginId, login) });
    await expect(finish(attempt, ke3)).rejects.toMatchObject({ code: 'does-not-open' });
    vault.advance(life);
    await expect(finish(attempt, ke3)).rejects.toMatchObject(expired);
  });

  it('is refused where nothing was evaluated, for then nobody has a KE2', async () => {
    const attempt = device.attempt('right');
    await expect(deviceThrough(vault, device, diesAt('spend-committed')).start(attempt)).rejects.toThrow('died');
    await expect(finish(attempt, randomBytes(64))).rejects.toMatchObject(expired);
  });

  it.each<[string, string, boolean]>([
    ['right', 'right', false],
    ['wrong', 'wrong', false],
    ['superseded', 'right', true],
  ])('changes nothing where a %s one was found out only then', async (_name, password, isReplaced) => {
    const { attempt, started } = await begun(password);
    if (isReplaced) await device.setPassword('new');
    const before = await counted();
    const seal: KeySealer['seal'] = (...input) => {
      vault.advance(life);
      return memorySealer.seal(...input);
    };
    const slow = deviceThrough(vault, device, { sealer: { ...memorySealer, seal } });
    await expect(slow.finish(attempt, started)).rejects.toMatchObject(expired);
    expect(await counted()).toEqual(before);
    expect((await rows()).logins.get(attempt.loginId)?.outcome).toBeNull();
  });
});
