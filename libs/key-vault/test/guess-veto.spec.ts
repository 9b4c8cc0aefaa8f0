import { beforeEach, describe, expect, it } from 'vitest';
import { VaultError } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryVault } from './memory-vault';

const hour = 3_600_000;
let vault: MemoryVault;
let device: MemoryDevice;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [] });
  device = new MemoryDevice(vault);
});

const start = () => device.start(device.attempt('wrong'));

describe('GuessVeto', () => {
  it('stops guesses until its last millisecond and takes nothing from the budget', async () => {
    await device.setPassword('right');
    const { accountId } = await device.account();
    const untilMs = vault.store.nowMs + 72 * hour;
    expect(await device.vetoGuesses(72 * 3600)).toBe(untilMs);
    await expect(start()).rejects.toMatchObject({
      code: 'guesses-vetoed',
      fields: { attemptsRemaining: 10, nextAttemptAtMs: untilMs, retryAfterSeconds: 72 * 3600 },
    });
    vault.advance(72 * hour - 1);
    await expect(start()).rejects.toMatchObject({ code: 'guesses-vetoed' });
    expect(vault.store.rows(accountId).budget.remaining).toBe(10);
    vault.advance(1);
    expect((await start()).attemptsRemaining).toBe(9);
  });

  it('is renewed, shortened and lifted by the same key, each time from now on', async () => {
    await device.setPassword('right');
    await device.vetoGuesses(72 * 3600);
    vault.advance(71 * hour);
    await device.vetoGuesses(72 * 3600);
    vault.advance(71 * hour);
    await expect(start()).rejects.toMatchObject({ code: 'guesses-vetoed' });
    await device.vetoGuesses(1);
    vault.advance(1000);
    await start();
    await device.vetoGuesses(3600);
    expect(await device.vetoGuesses(0)).toBeNull();
    await start();
    const { events, notices } = vault.store.rows((await device.account()).accountId);
    const kinds = ['guesses-vetoed', 'guesses-vetoed', 'guesses-vetoed', 'guesses-vetoed', 'veto-lifted'];
    const isVeto = ({ kind }: { readonly kind: string }): boolean => kinds.includes(kind);
    expect(
      events
        .map(({ fields }) => fields)
        .filter(isVeto)
        .map(({ kind }) => kind),
    ).toEqual(kinds);
    expect(notices.filter(isVeto).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('says when the delay ends where that is later, and no-attempts-left where none is left', async () => {
    vault = await memoryVault({ guessDelaysMs: [5 * hour] });
    device = new MemoryDevice(vault);
    await device.setPassword('right');
    await start();
    await device.vetoGuesses(3600);
    await expect(start()).rejects.toMatchObject({
      code: 'guesses-vetoed',
      fields: { nextAttemptAtMs: vault.store.nowMs + 5 * hour },
    });
    vault.advance(5 * hour);
    for (let count = 0; count < 9; count++) await start();
    await device.vetoGuesses(3600);
    await expect(start()).rejects.toMatchObject({ code: 'no-attempts-left' });
  });

  it('stops nothing that was counted before: a login is resumed and finished, and its success refills', async () => {
    await device.setPassword('right');
    const attempt = device.attempt('right');
    const started = await device.start(attempt);
    await device.vetoGuesses(3600);
    expect(await device.start(attempt)).toEqual(started);
    await expect(device.finish(attempt, started)).resolves.toMatchObject({ attemptsRemaining: 10 });
    await expect(start()).rejects.toMatchObject({ code: 'guesses-vetoed' });
  });

  it('stops nothing that is owner-signed: a password is replaced and proven meanwhile', async () => {
    await device.setPassword('old');
    await device.vetoGuesses(3600);
    await expect(device.setPassword('new')).resolves.toMatchObject({ attemptsRemaining: 10 });
    await expect(start()).rejects.toMatchObject({ code: 'guesses-vetoed' });
  });

  it('is recorded with its end, and its lifting with nothing', async () => {
    await device.setPassword('right');
    const untilMs = await device.vetoGuesses(3600);
    await device.vetoGuesses(0);
    const { events } = vault.store.rows((await device.account()).accountId);
    expect(events.slice(-2).map(({ fields }) => [fields.kind, fields.details])).toEqual([
      ['guesses-vetoed', { untilMs }],
      ['veto-lifted', {}],
    ]);
  });

  it('ends a new start and a deletion that wait, for whoever signs as the owner has not lost the key', async () => {
    await device.setPassword('right');
    const account = await device.account();
    const { newStartId } = await vault.newStart.begin(account);
    const { deletionId } = await vault.deletion.ask(account);
    await device.vetoGuesses(3600);
    const { events } = vault.store.rows(account.accountId);
    expect(events.slice(-2).map(({ fields }) => [fields.kind, fields.details])).toEqual([
      ['new-start-cancelled', { newStartId, by: 'owner' }],
      ['deletion-cancelled', { deletionId, by: 'owner' }],
    ]);
  });

  it('is the same for an account without a password record: same refusal, event and notice', async () => {
    const seen = async (withPassword: boolean) => {
      device = new MemoryDevice(vault);
      await device.activateDigits();
      if (withPassword) await device.setPassword('right');
      await device.vetoGuesses(3600);
      const refused = await start().catch((error: unknown) => error as VaultError);
      if (!(refused instanceof VaultError)) expect.unreachable();
      const { events, notices } = vault.store.rows((await device.account()).accountId);
      const { kind, details } = events.at(-1)!.fields;
      const { title, text, severity } = notices.at(-1)!;
      const { code, message, fields } = refused;
      return { code, message, fields, kind, details, title, text, severity };
    };
    expect(await seen(false)).toEqual(await seen(true));
  });

  it('needs the owner key: none before a first claim, and no other key after it', async () => {
    await expect(device.vetoGuesses(60)).rejects.toMatchObject({ code: 'wrong-owner-generation' });
    await device.activateDigits();
    const thief = new MemoryDevice(vault, (await device.account()).subject);
    await expect(thief.vetoGuesses(60)).rejects.toMatchObject({ code: 'statement-invalid' });
    const statement = await device.statement('guess-veto', { seconds: 60 });
    const account = await device.account();
    await vault.veto.set(account, statement);
    await expect(vault.veto.set(account, statement)).rejects.toMatchObject({ code: 'challenge-spent' });
    expect(
      vault.store.rows(account.accountId).events.filter(({ fields }) => fields.kind === 'guesses-vetoed'),
    ).toHaveLength(1);
  });
});
