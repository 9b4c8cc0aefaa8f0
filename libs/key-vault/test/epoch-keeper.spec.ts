import { utf8 } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  drillRows,
  EpochKeeper,
  recordVaultEvent,
  vaultAccount,
  type EpochPolicy,
  type EpochRound,
} from '../src/index';
import { EpochSealer, MemorySealing } from './memory-sealing';
import { memoryVault, type MemoryVault } from './memory-vault';

const day = 86_400_000;
const context = (serial: number) => ({ account: 'a', serial, table: 'values', stateVersion: 1 });

let vault: MemoryVault;
let sealing: MemorySealing;
let sealer: EpochSealer;
beforeEach(async () => {
  vault = await memoryVault();
  [sealing, sealer] = [new MemorySealing(), new EpochSealer()];
  for (let key = 1; key <= 150; key++) await put(key);
});

async function put(key: number, epoch = sealer.sealingEpoch()): Promise<void> {
  sealing.put(key, sealer.sealUnder(epoch, utf8(`value ${key}`), context(key)), context(key));
}

/** One round, some days later. */
async function after(days: number, policy: Partial<EpochPolicy> = {}, isOver = () => false): Promise<EpochRound> {
  sealing.nowMs += days * day;
  const keeper = new EpochKeeper({
    ...{ store: sealing, sealer, accounts: vault.accounts, vaultId: vault.vaultId, isOver },
    policy: { epochMs: 7 * day, keepMs: 7 * day, areDumpsKept: false, ...policy },
    breathe: async () => Promise.resolve(),
    atStep: () => undefined,
  });
  return keeper.round();
}

const drilled = (epoch: number) =>
  recordVaultEvent(vault.accounts, vault.vaultId, { kind: 'dump-drilled', details: { epoch } });
const under = (): readonly number[] =>
  [...new Set([...sealing.values.values()].map(({ sealed }) => sealed.epoch))].sort();

describe('EpochKeeper', () => {
  it('begins an epoch when it is due, seals everything anew, and destroys the former key a week after that', async () => {
    expect(await after(6.9)).toMatchObject({ begun: undefined, reseal: undefined, keptFor: undefined });
    expect(await after(0.1)).toMatchObject({ begun: 2, reseal: { moved: 150 }, keptFor: 'time' });
    expect(under()).toEqual([2]);
    expect(await after(6.9)).toMatchObject({ begun: undefined, reseal: undefined, keptFor: 'time', destroyed: [] });
    expect(await after(0.1)).toMatchObject({ begun: 3, destroyed: [1] });
    expect([...sealer.keys.keys()]).toEqual([2, 3]);
    for (const [key, { sealed }] of sealing.values) {
      expect(await sealer.open(sealed, context(key))).toEqual(utf8(`value ${key}`));
    }
  });

  it('leaves what was written while it sealed anew', async () => {
    const written = utf8('written meanwhile');
    sealing.onReplace = (key) => {
      if (key === 7) sealing.put(7, sealer.sealUnder(2, written, context(7)), context(7));
      if (key === 8) sealing.values.delete(8);
    };
    expect(await after(7)).toMatchObject({ reseal: { moved: 148, isWhole: true } });
    expect(await sealer.open(sealing.values.get(7)!.sealed, context(7))).toEqual(written);
    expect(sealing.values.has(8)).toBe(false);
  });

  it('waits anew when something comes under a former epoch later', async () => {
    await after(7);
    expect(await after(5)).toMatchObject({ keptFor: 'time' });
    await put(200, 1);
    expect(await after(0)).toMatchObject({ reseal: { moved: 1 }, keptFor: 'time' });
    // seven days after the first pass, two after the last one
    expect(await after(2)).toMatchObject({ destroyed: [], keptFor: 'time' });
    expect((await after(4.9)).destroyed).toEqual([]);
    expect((await after(0.2)).destroyed).toEqual([1]);
  });

  it('keeps the epoch of a value that does not open, and no other one', async () => {
    sealing.put(5, sealing.values.get(6)!.sealed, context(5));
    const first = await after(7);
    expect([first.reseal?.moved, first.reseal?.unopenable, first.keptFor]).toEqual([
      149,
      new Map([['values', 1]]),
      'rows',
    ]);
    await after(7);
    expect(await after(7)).toMatchObject({ destroyed: [2], keptFor: 'rows' });
    expect([...sealer.keys.keys()]).toEqual([1, 3, 4]);
    sealing.values.delete(5);
    expect(await after(0)).toMatchObject({ destroyed: [1] });
  });

  it('destroys nothing before a dump of a later epoch was drilled, and believes its own chain alone', async () => {
    const policy = { areDumpsKept: true };
    await after(7, policy);
    expect(await after(7, policy)).toMatchObject({ begun: 3, destroyed: [], keptFor: 'drill' });
    await drilled(1);
    expect(await after(0, policy)).toMatchObject({ destroyed: [], keptFor: 'drill' });
    await drilled(2);
    expect((await after(0, policy)).destroyed).toEqual([1]);
    expect(await after(7, policy)).toMatchObject({ destroyed: [], keptFor: 'drill' });

    const { accountId } = await vaultAccount(vault.accounts, vault.vaultId);
    const { events } = vault.store.rows(accountId);
    const forged = events.map((event) =>
      event.fields.kind === 'dump-drilled' ? { ...event, mac: new Uint8Array(32) } : event,
    );
    vault.store.edit(accountId, { events: forged });
    await expect(after(7, policy)).rejects.toMatchObject({ code: 'account-sealed' });
    expect([...sealer.keys.keys()]).not.toContain(1);
    expect([...sealer.keys.keys()]).toContain(2);
  });

  it('ends at once what a restored database names and has no key for, and asks for none of it', async () => {
    await after(7);
    sealer.keys.delete(1);
    expect(await after(0, { areDumpsKept: true })).toMatchObject({ destroyed: [1], keptFor: undefined });
  });

  it('stops between batches, and goes on where it was', async () => {
    let asked = 0;
    const stopped = await after(7, {}, () => ++asked > 2);
    expect(stopped.reseal).toMatchObject({ isWhole: false });
    expect(under()).toEqual([1, 2]);
    const moved = stopped.reseal!.moved;
    expect(await after(0)).toMatchObject({ reseal: { moved: 150 - moved, isWhole: true } });
  });

  it('destroys what an earlier process had ended', async () => {
    await after(7);
    sealing.epochs = sealing.epochs.map((each) => (each.epoch === 1 ? { ...each, endedAtMs: sealing.nowMs } : each));
    expect((await after(0)).destroyed).toEqual([1]);
    expect([...sealer.keys.keys()]).toEqual([2]);
  });
});

describe('drillRows', () => {
  it('counts what opens, what does not, and what is of a former epoch', async () => {
    expect(await drillRows(sealing, sealer, 1)).toEqual({ opened: { values: 150 }, unopenable: {}, former: 0 });
    sealing.put(5, sealing.values.get(6)!.sealed, context(5));
    expect(await drillRows(sealing, sealer, 2)).toEqual({
      opened: { values: 149 },
      unopenable: { values: 1 },
      former: 150,
    });
  });
});
