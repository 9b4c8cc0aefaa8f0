import { sha256 } from '@coffer/crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts, type KeySealer } from '../src/index';
import { rowsOf } from './account-rows';
import { deviceThrough } from './device-through';
import { MemoryDevice, memorySealer, memoryVault, type MemoryVault } from './memory-vault';

const minute = 60_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault();
  device = new MemoryDevice(vault);
  await device.setPassword('right');
});

const rows = async () => rowsOf(vault, device);
const start = (by = device) => by.start(by.attempt('wrong'));
const text = (part: string): string => expect.stringContaining(part) as string;

describe('a guess', () => {
  it('is recorded with the budget after it, the login and the hash of its first message', async () => {
    const attempt = device.attempt('wrong');
    await device.start(attempt);
    const { events, budget } = await rows();
    const { fields } = events.at(-1)!;
    expect(fields).toMatchObject({ kind: 'guess', remaining: 9, attempt: 1, nextAtMs: null, serial: budget.serial });
    expect(fields.details).toEqual({ loginId: attempt.loginId, ke1Hash: sha256(attempt.ke1) });
  });

  it('is told from the third unproven one on, more urgently from the seventh, each with its event', async () => {
    const seen: (readonly unknown[])[] = [];
    for (let count = 1; count <= 10; count++) {
      const before = (await rows()).notices.length;
      await start();
      const { notices, events } = await rows();
      const added = notices.slice(before);
      seen.push(added.map(({ kind, severity }) => `${kind} ${severity}`));
      expect(added.map(({ eventNumber }) => eventNumber)).toEqual(added.map(() => events.at(-1)!.number));
      expect(added.every((notice) => notice.text.includes(leftAfter(count)))).toBe(true);
      vault.advance(24 * 60 * minute);
    }
    const [warning, urgent] = [['guess warning'], ['guess urgent']];
    expect(seen).toEqual([[], [], ...Array<unknown>(4).fill(warning), ...Array<unknown>(4).fill(urgent)]);
  });

  it('is taken while the anchor has been silent for exactly two seconds, and no millisecond longer', async () => {
    vault.store.nowMs += 2_000;
    await expect(start()).resolves.toMatchObject({ attemptsRemaining: 9 });
    vault.store.nowMs += 1;
    await expect(start()).rejects.toMatchObject({
      code: 'anchor-behind',
      message: text('no guess was counted, try again in a moment'),
      isRetryable: true,
    });
  });
});

describe('a guess that is not taken', () => {
  it('is told when the next one is due, and that nothing was counted', async () => {
    for (let count = 0; count < 3; count++) await start();
    const dueAtMs = vault.store.nowMs + minute;
    vault.advance(500);
    await expect(start()).rejects.toMatchObject({
      code: 'attempt-too-early',
      message: text('nothing was counted'),
      fields: { attemptsRemaining: 7, nextAttemptAtMs: dueAtMs, retryAfterSeconds: 60 },
    });
    expect((await rows()).budget.remaining).toBe(7);
  });

  it('is told that the owner stopped guesses, and that nothing was counted', async () => {
    await device.vetoGuesses(60);
    await expect(start()).rejects.toMatchObject({
      code: 'guesses-vetoed',
      message: text('the owner of the account has stopped guesses; nothing was counted'),
      fields: { attemptsRemaining: 10, nextAttemptAtMs: vault.store.nowMs + minute, retryAfterSeconds: 60 },
    });
  });

  it('is told that none is left and what still works, veto or not', async () => {
    for (let count = 0; count < 10; count++) {
      await start();
      vault.advance(24 * 60 * minute);
    }
    await device.vetoGuesses(60);
    await expect(start()).rejects.toMatchObject({
      code: 'no-attempts-left',
      message: text('other keyslots still work'),
      fields: { attemptsRemaining: 0, nextAttemptAtMs: null },
    });
  });

  it('is refused where the clock was set back after the lock: what counts is the clock of the statement', async () => {
    for (let count = 0; count < 3; count++) await start();
    vault.advance(minute);
    const { store, vaultId } = vault;
    const mac: KeySealer['mac'] = (...input) => {
      store.nowMs -= 1;
      return memorySealer.mac(...input);
    };
    const { budget, events } = await rows();
    const accounts = new Accounts({ store, sealer: { ...memorySealer, mac }, vaultId });
    await expect(start(deviceThrough(vault, device, { accounts }))).rejects.toMatchObject({
      code: 'attempt-too-early',
      fields: { attemptsRemaining: 7, nextAttemptAtMs: budget.nextAtMs, retryAfterSeconds: 1 },
    });
    expect(await rows()).toMatchObject({ budget, events });
  });
});

function leftAfter(count: number): string {
  if (count === 10) return 'No guess is left.';
  return count === 9 ? 'One guess is left.' : `${10 - count} guesses are left.`;
}
