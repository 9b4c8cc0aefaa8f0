import { randomBytes } from '@coffer/crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPolicy, VaultError } from '../src/index';
import { countedOf, rowsOf } from './account-rows';
import { deviceThrough, diesAt } from './device-through';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

const life = 120_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault();
  device = new MemoryDevice(vault);
  await device.setPassword('old');
});

const rows = async () => rowsOf(vault, device);
const loginOf = async (loginId: string) => (await rows()).logins.get(loginId);
const counted = async () => countedOf(vault, device);

describe('a login that is begun again with its id and first message', () => {
  it.each(['spend-committed', 'evaluated', 'state-stored'] as const)(
    'goes on where a process died at %s, and is one guess',
    async (step) => {
      const attempt = device.attempt('old');
      await expect(deviceThrough(vault, device, diesAt(step)).start(attempt)).rejects.toThrow(`died at ${step}`);
      const before = await counted();
      expect(before.budget.remaining).toBe(9);
      const started = await device.start(attempt);
      expect(started).toMatchObject({ loginId: attempt.loginId, attemptsRemaining: 9, nextAttemptAtMs: null });
      expect(started.expiresAtMs).toBe(vault.store.nowMs + life);
      expect(await device.start(attempt)).toEqual(started);
      expect(await counted()).toEqual(before);
      await expect(device.finish(attempt, started)).resolves.toMatchObject({ attemptsRemaining: 10 });
    },
  );

  it('goes on after an anchor that did not acknowledge, with what was evaluated meanwhile', async () => {
    const silent = { acknowledged: () => Promise.reject(new VaultError('anchor-behind', 'silent')) };
    const attempt = device.attempt('old');
    await expect(deviceThrough(vault, device, { watch: silent }).start(attempt)).rejects.toMatchObject({
      code: 'anchor-behind',
    });
    const stored = (await loginOf(attempt.loginId))?.ke2;
    expect(stored).toBeInstanceOf(Uint8Array);
    expect((await device.start(attempt)).ke2).toEqual(stored);
    expect((await rows()).budget.remaining).toBe(9);
  });

  it('has the answer that it had, also once its record was replaced', async () => {
    const attempt = device.attempt('old');
    const started = await device.start(attempt);
    await device.setPassword('new');
    expect(await device.start(attempt)).toEqual(started);
  });

  it('is over where the record was replaced before anything was evaluated; the new record is never tried', async () => {
    const attempt = device.attempt('new');
    await expect(deviceThrough(vault, device, diesAt('spend-committed')).start(attempt)).rejects.toThrow('died');
    await device.setPassword('new');
    const before = await counted();
    await expect(device.start(attempt)).rejects.toMatchObject({
      code: 'login-expired',
      message: expect.stringContaining('the record was replaced') as string,
    });
    expect(await loginOf(attempt.loginId)).toMatchObject({ ke2: null, state: null });
    expect(await counted()).toEqual(before);
  });

  it('ends with its 120 seconds, to the millisecond, and counts nothing then', async () => {
    const attempt = device.attempt('old');
    const started = await device.start(attempt);
    const before = await counted();
    vault.advance(life - 1);
    expect(await device.start(attempt)).toEqual(started);
    vault.advance(1);
    await expect(device.start(attempt)).rejects.toMatchObject({
      code: 'login-expired',
      message: expect.stringContaining('begin a new one, which is a new guess') as string,
    });
    expect(await counted()).toEqual(before);
  });

  it('is over where the evaluation outlasted it: nothing is stored or handed out', async () => {
    const attempt = device.attempt('old');
    const slow = deviceThrough(vault, device, {
      atStep: (step) => {
        if (step === 'evaluated') vault.advance(life);
      },
    });
    await expect(slow.start(attempt)).rejects.toMatchObject({
      code: 'login-expired',
      message: expect.stringContaining('begin a new one') as string,
    });
    expect(await loginOf(attempt.loginId)).toMatchObject({ ke2: null, state: null });
  });

  it('is told the stretching that its record was made with, whatever new ones are made with now', async () => {
    const ksf = { ...defaultPolicy.ksf, iterations: 4 };
    const raised = deviceThrough(vault, device, { policy: { ...defaultPolicy, ksf } });
    const attempt = raised.attempt('old');
    const started = await raised.start(attempt);
    expect(started.ksf).toEqual(defaultPolicy.ksf);
    await expect(raised.finish(attempt, started)).resolves.toMatchObject({ ksf: defaultPolicy.ksf });
  });
});

describe('a login id that is used for something else', () => {
  it('conflicts under another first message, and counts nothing', async () => {
    const attempt = device.attempt('old');
    const started = await device.start(attempt);
    const before = await counted();
    const other = { ...device.attempt('old'), loginId: attempt.loginId };
    await expect(device.start(other)).rejects.toMatchObject({
      code: 'login-conflict',
      message: expect.stringContaining('nothing was counted') as string,
    });
    expect(await counted()).toEqual(before);
    await expect(device.finish(attempt, started)).resolves.toMatchObject({ attemptsRemaining: 10 });
  });

  it('is no guess where it confirms a registration: it is neither resumed nor finished as one', async () => {
    const of = await device.open('new');
    await device.put(of, 'new');
    const attempt = device.attempt('new');
    const ke3 = (await device.ke3(attempt, await device.confirm(of.opened, attempt), of.opened))!;
    const before = await counted();
    await expect(device.start(attempt)).rejects.toMatchObject({ code: 'login-conflict' });
    const finished = vault.recovery.finish(await device.account(), attempt.loginId, ke3);
    await expect(finished).rejects.toMatchObject({ code: 'not-found' });
    expect(await counted()).toEqual(before);
    const { registrationId } = of.opened;
    const activated = vault.activation.activate(await device.account(), registrationId, attempt.loginId, ke3);
    await expect(activated).resolves.toMatchObject({ state: 'active', attemptsRemaining: 10 });
  });

  it('is not found where it never began', async () => {
    const { loginId } = device.attempt('old');
    const finished = vault.recovery.finish(await device.account(), loginId, randomBytes(64));
    await expect(finished).rejects.toMatchObject({ code: 'not-found', message: 'there is no such login' });
  });
});
