import { randomBytes } from '@coffer/crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StartedLogin } from '../src/index';
import { MemoryDevice, memoryVault, type MemoryAttempt, type MemoryVault } from './memory-vault';

const life = 120_000;
let vault: MemoryVault;
let device: MemoryDevice;
let accountId: string;
let serial: number;
beforeEach(async () => {
  vault = await memoryVault({ guessDelaysMs: [] });
  device = new MemoryDevice(vault);
  ({ serial } = await device.setPassword('right'));
  ({ accountId } = await device.account());
});

const rows = () => vault.store.rows(accountId);
const kinds = () => rows().events.map(({ fields }) => fields.kind);
const shred = () => vault.recovery.shred(accountId);
async function begin(count: number, password = 'wrong') {
  const begun: { readonly attempt: MemoryAttempt; readonly started: StartedLogin }[] = [];
  for (let index = 0; index < count; index++) {
    const attempt = device.attempt(password);
    begun.push({ attempt, started: await device.start(attempt) });
  }
  return begun;
}
const wrong = async ({ attempt }: { readonly attempt: MemoryAttempt }) =>
  vault.recovery.finish(await device.account(), attempt.loginId, randomBytes(64)).catch((error: unknown) => error);

describe('the shred after the tenth guess', () => {
  it('is planned by the tenth one alone, and due when its login ends', async () => {
    await begin(9);
    expect(rows().shred).toBeNull();
    vault.advance(10_000);
    await begin(1);
    expect(rows().shred).toEqual({ serial, dueAtMs: vault.store.nowMs + life });
    vault.advance(life - 1);
    expect(await vault.store.dueShreds(10)).toEqual([]);
    await shred();
    expect(rows().record).not.toBeNull();
    vault.advance(1);
    expect(await vault.store.dueShreds(10)).toEqual([accountId]);
    await shred();
    expect(rows().record).toBeNull();
  });

  it('comes at once with the last wrong KE3, once no other login can be answered', async () => {
    const begun = await begin(10);
    for (const each of begun.slice(1)) await wrong(each);
    expect(rows().record).not.toBeNull();
    expect(await wrong(begun[0]!)).toMatchObject({ code: 'wrong-guess', fields: { attemptsRemaining: 0 } });
    expect([rows().record, rows().shred]).toEqual([null, null]);
  });

  it('is recorded with serial and reason, told urgently, and leaves the budget at 0', async () => {
    for (const each of await begin(10)) await wrong(each);
    const { events, notices, keyslots, budget } = rows();
    const { number, fields } = events.at(-1)!;
    expect(fields).toMatchObject({ kind: 'keyslot-shredded', remaining: 0, attempt: 10, serial: 0 });
    expect(fields.details).toEqual({ serial, reason: 'guesses' });
    expect(notices.at(-1)).toMatchObject({ kind: 'keyslot-shredded', severity: 'urgent', eventNumber: number });
    expect(keyslots.map(({ state }) => state)).toEqual(['shredded']);
    expect(budget).toMatchObject({ remaining: 0, serial: 0 });
  });

  it('comes once: a sweep after it finds nothing to do', async () => {
    for (const each of await begin(10)) await wrong(each);
    const before = rows();
    vault.advance(life);
    expect(await vault.store.dueShreds(10)).toEqual([]);
    await shred();
    expect(rows()).toEqual(before);
  });

  it('is called off by the right KE3 of the tenth guess, which refills', async () => {
    await begin(9);
    const [last] = await begin(1, 'right');
    vault.advance(life - 1);
    await expect(device.finish(last!.attempt, last!.started)).resolves.toMatchObject({ attemptsRemaining: 10 });
    expect(rows().shred).toBeNull();
    vault.advance(life);
    await shred();
    expect(rows().record?.serial).toBe(serial);
  });

  it.each([
    ['guesses are left again', 3, () => serial],
    ['it was meant for an earlier record', 10, () => serial - 1],
  ] as const)('is dropped, and nothing recorded, where %s', async (_name, spent, of) => {
    await begin(spent);
    vault.store.edit(accountId, { shred: { serial: of(), dueAtMs: vault.store.nowMs } });
    vault.advance(life);
    const { events, notices, record, budget } = rows();
    await shred();
    expect(rows()).toMatchObject({ shred: null, events, notices, record, budget });
    expect(rows().keyslots.map(({ state }) => state)).toEqual(['active']);
  });

  it('is recorded also where the record is gone already', async () => {
    await begin(10);
    vault.store.edit(accountId, { record: null });
    vault.advance(life);
    await shred();
    expect(kinds().at(-1)).toBe('keyslot-shredded');
    expect(rows().budget).toMatchObject({ remaining: 0, serial: 0 });
    const before = rows();
    await shred();
    expect(rows()).toEqual(before);
  });

  it('sends the same statements in the same order where there never was a record', async () => {
    const sent = async (): Promise<readonly string[]> => {
      const begun = await begin(10);
      for (const each of begun.slice(1)) await wrong(each);
      const [seen, forget] = statements();
      await wrong(begun[0]!);
      forget();
      const { fields } = rows().events.at(-1)!;
      expect(fields).toMatchObject({ kind: 'keyslot-shredded', remaining: 0, attempt: 10, serial: 0 });
      expect(fields.details).toEqual({ serial: begun[0]!.started.serial, reason: 'guesses' });
      return seen;
    };
    const withRecord = await sent();
    expect(withRecord).toContain('deleteRecord');
    device = new MemoryDevice(vault);
    ({ accountId } = await device.account());
    expect(await sent()).toEqual(withRecord);
    expect(rows().keyslots).toEqual([]);
  });
});

/** Names of what is asked of the store's transactions from now on, and how to stop listening. */
function statements(): readonly [readonly string[], () => void] {
  const { store } = vault;
  const seen: string[] = [];
  const listening = <T extends object>(transaction: T): T =>
    new Proxy(transaction, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        seen.push(String(name));
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const transaction = store.transaction.bind(store);
  store.transaction = (id, work) => transaction(id, (opened) => work(listening(opened)));
  return [seen, () => void (store.transaction = transaction)];
}
