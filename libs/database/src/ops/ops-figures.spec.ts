import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PurgeObject } from '@coffer/purge';
import { firstRound, foundObject, startPurgeGround, type PurgeGround } from '../../test/purge-account';
import { purgeLedger } from '../purge/purge-ledger';
import { purgeStore } from '../purge/purge-rows';
import { OpsFigures } from './ops-figures';

let ground: PurgeGround;
let ops: OpsFigures;
let accounts: readonly string[];

beforeAll(async () => {
  ground = await startPurgeGround();
  ops = new OpsFigures(ground.database, new Uint8Array(32).fill(3));
  const store = purgeStore(ground.database, purgeLedger(ground.accounts));
  const give = async (objects: readonly PurgeObject[]): Promise<string> => {
    const account = await ground.account();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    await store.commit(lease, { objects, events: [], notices: [] });
    return account;
  };
  accounts = [
    await give([foundObject('a'), foundObject('b', { state: 'failed', reason: 'too-many-tries', attempts: 5 })]),
    await give([foundObject('c', { state: 'grace', dueAtMs: 1_000 })]),
  ];
});
afterAll(() => ground.stop());

const everything = { state: null, bucket: null, provider: null, account: null };

describe('OpsFigures', () => {
  it('tells the vault in numbers, also in steps that had no event', async () => {
    expect(await ops.vault()).toMatchObject({
      total: 2,
      owned: 0,
      sealedAccounts: 0,
      lockouts: 0,
      isSealed: null,
      sealingKeys: 0,
      drilledAtMs: null,
    });
    const series = await ops.vaultSeries((await ops.nowMs()) - 3_600_000, 600_000, 6);
    expect(series).toHaveLength(6);
    expect(series[5]).toEqual({ step: 5, guesses: 0, proven: 0, shreds: 0 });
  });

  it('sums the funnel so that found is the sum of the states', async () => {
    const { states, providers, jobs, certificates } = await ops.purge();
    expect(states.reduce((sum, { objects }) => sum + objects, 0)).toBe(3);
    expect(states.find(({ state }) => state === 'grace')).toMatchObject({ stuck: 1, oldestDueAtMs: 1_000 });
    expect(providers).toEqual([{ provider: 'disk', objects: 3, bytes: 15, failed: 1 }]);
    expect(jobs).toEqual([{ state: 'not-started', accounts: 2 }]);
    expect(certificates).toBe(0);
  });

  it('lists objects under pseudonyms that can be filtered by and are no account ids', async () => {
    const all = await ops.purgeObjects(everything, null, 10);
    expect(all).toHaveLength(3);
    expect(accounts.some((account) => JSON.stringify(all.map((row) => row.account)).includes(account))).toBe(false);
    const pseudonym = await ops.pseudonym(accounts[1]!);
    expect(pseudonym).toMatch(/^[0-9a-f]{24}$/);
    const [only, ...more] = await ops.purgeObjects({ ...everything, account: pseudonym }, null, 10);
    expect(only!.object.found.name).toBe('c');
    expect(more).toEqual([]);
    const other = new OpsFigures(ground.database, new Uint8Array(32).fill(4));
    expect(await other.pseudonym(accounts[1]!)).not.toBe(pseudonym);
  });

  it('pages without a gap or a repetition', async () => {
    const seen: string[] = [];
    let after = null;
    for (let page = 0; page < 4; page++) {
      const [row] = await ops.purgeObjects(everything, after, 1);
      if (row === undefined) break;
      seen.push(row.object.objectId);
      after = { changedAtMs: row.changedAtMs, objectId: row.object.objectId };
    }
    expect(new Set(seen).size).toBe(3);
  });

  it('tells events without details, and pages through them', async () => {
    const first = await ops.ledgerEvents({ account: null, kind: 'account-opened' }, null, 1);
    expect(first[0]).toMatchObject({ kind: 'account-opened', number: 1, remaining: 10, leafIndex: null });
    const { atMs, account, number } = first[0]!;
    const second = await ops.ledgerEvents({ account: null, kind: null }, { atMs, account, number }, 9);
    expect(second.map((event) => event.account)).not.toContain(account);
    expect(second).toHaveLength(1);
    expect(await ops.ledger()).toBeNull();
    expect(await ops.storage()).toEqual({
      ...{ repositories: 0, heads: 0, newestHeadAtMs: null, pins: 0, proofs: 0 },
      ...{ objects: null, bytes: null, countedAtMs: null },
    });
  });
});
