import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { newUuid } from '@coffer/foundation';
import type { PurgeObject } from '@coffer/purge';
import { migrate } from '../migrate';
import { openDatabase, type Database } from '../database';
import { statement } from '../statement';
import { firstRound, foundObject } from '../../test/purge-account';
import { purgeStore, type PurgeStore } from './purge-rows';

let server: TestPostgres;
let database: Database;
let store: PurgeStore;
const events: string[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  await migrate(server.url);
  database = openDatabase({ url: server.url, connections: 8 });
  store = purgeStore(database, {
    open: async (_transaction, accountId) => ({
      append: async (event) => events.push(`${accountId} ${event.kind}`),
      notify: async () => undefined,
    }),
  });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

async function newAccount(): Promise<string> {
  const accountId = newUuid();
  await database.prisma.account.create({ data: { accountId, issuer: 'https://issuer', subject: accountId } });
  return accountId;
}

const noChanges = { objects: [], events: [], notices: [] };
const expire = statement(
  'spec_expire_lease',
  "UPDATE purge_rounds SET leased_until = now() - interval '1 second' WHERE account_id = $1",
);

describe('takeLease', () => {
  it('leases an account that is being deleted, or that there is none of, to nobody', async () => {
    const account = await newAccount();
    await database.prisma.account.update({ where: { accountId: account }, data: { closedAt: new Date(0) } });
    expect(await store.takeLease(account, 60, firstRound(account))).toBeUndefined();
    expect((await store.standing(account)).isSealed).toBe(true);
    const none = newUuid();
    expect(await store.takeLease(none, 60, firstRound(none))).toBeUndefined();
    expect(await database.prisma.purgeRound.count({ where: { accountId: { in: [account, none] } } })).toBe(0);
  });

  it('gives the account to one of many workers (C12)', async () => {
    const account = await newAccount();
    const leases = await Promise.all(
      Array.from({ length: 20 }, () => store.takeLease(account, 60, firstRound(account))),
    );
    expect(leases.filter((lease) => lease !== undefined).length).toBe(1);
  });

  it('is free again once it is given back', async () => {
    const account = await newAccount();
    const lease = await store.takeLease(account, 60, firstRound(account));
    await store.releaseLease(lease!);
    expect((await store.takeLease(account, 60, firstRound(account)))?.fencingToken).toBe(2);
  });

  it('is held for longer once it is renewed, and by nobody who lost it', async () => {
    const account = await newAccount();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    await database.change(expire, [account]);
    expect(await store.renewLease(lease, 60)).toBe(true);
    expect(await store.takeLease(account, 60, firstRound(account))).toBeUndefined();
    await database.change(expire, [account]);
    await store.takeLease(account, 60, firstRound(account));
    expect(await store.renewLease(lease, 60)).toBe(false);
  });

  it('keeps the record of the round that is there', async () => {
    const account = await newAccount();
    const first = firstRound(account);
    const lease = await store.takeLease(account, 60, first);
    await store.releaseLease(lease!);
    const second = await store.takeLease(account, 60, firstRound(account));
    expect((await store.load(second!)).job).toEqual(first);
  });
});

describe('commit', () => {
  it('stores objects and gives them back as they were', async () => {
    const account = await newAccount();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    const object = { ...foundObject('msgstore.db'), sha256: new Uint8Array(32).fill(7), hashedAtMs: 123 };
    await store.commit(lease, { ...noChanges, objects: [object] });
    expect((await store.load(lease)).objects).toEqual([{ ...object, revision: 1 }]);
  });

  it('reads records of before devices could report', async () => {
    const account = await newAccount();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    const { report, ...older } = foundObject('msgstore.db');
    await store.commit(lease, { ...noChanges, objects: [older as PurgeObject] });
    expect((await store.load(lease)).objects).toEqual([{ ...older, report, revision: 1 }]);
  });

  it('refuses a worker whose lease ran out and was given to another (C13)', async () => {
    const account = await newAccount();
    const stale = (await store.takeLease(account, 60, firstRound(account)))!;
    await database.change(expire, [account]);
    const fresh = (await store.takeLease(account, 60, firstRound(account)))!;
    await expect(store.commit(stale, { ...noChanges, objects: [foundObject('a')] })).rejects.toMatchObject({
      code: 'fenced-out',
    });
    await expect(store.load(stale)).rejects.toMatchObject({ code: 'fenced-out' });
    expect((await store.load(fresh)).objects).toEqual([]);
  });

  it('stores nothing of a change that was computed from an older revision', async () => {
    const account = await newAccount();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    await store.commit(lease, { ...noChanges, objects: [foundObject('a')] });
    const [object] = (await store.load(lease)).objects;
    await store.commit(lease, { ...noChanges, objects: [{ ...object!, state: 'waiting-for-backup' }] });
    const before = events.length;
    const late = {
      ...noChanges,
      objects: [foundObject('b'), { ...object!, state: 'failed' as const }],
    };
    await expect(store.commit(lease, late)).rejects.toMatchObject({ code: 'conflict', isRetryable: true });
    expect((await store.load(lease)).objects.map(({ state }) => state)).toEqual(['waiting-for-backup']);
    expect(events.length).toBe(before);
  });

  it('refuses a second row for one copy', async () => {
    const account = await newAccount();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    await store.commit(lease, { ...noChanges, objects: [foundObject('same')] });
    await expect(store.commit(lease, { ...noChanges, objects: [foundObject('same')] })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
