import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeLedgerEvent } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import type { PurgeObject } from '@coffer/purge';
import { firstRound, foundObject, startPurgeGround, type PurgeGround } from '../../test/purge-account';
import { statement } from '../statement';
import { purgeEdits } from './purge-edits';
import { purgeLedger } from './purge-ledger';
import { purgeMandates } from './purge-mandates';
import { purgeReader, type PurgeReader } from './purge-reader';
import { purgeStore, type PurgeStore } from './purge-rows';

let ground: PurgeGround;
let store: PurgeStore;
let reader: PurgeReader;

beforeAll(async () => {
  ground = await startPurgeGround();
  store = purgeStore(ground.database, purgeLedger(ground.accounts));
  reader = purgeReader(ground.database);
});
afterAll(() => ground.stop());

const none = { objects: [], events: [], notices: [] };
const signed = { statement: Uint8Array.of(1), signature: Uint8Array.of(2), body: Uint8Array.of(3) };
const lastEvents = statement(
  'spec_events',
  'SELECT event FROM ledger_events WHERE account_id = $1 ORDER BY number DESC LIMIT 2',
);
const notices = statement('spec_notices', 'SELECT kind, title FROM notices WHERE account_id = $1');

async function accountWith(...objects: readonly PurgeObject[]): Promise<string> {
  const account = await ground.account();
  const lease = (await store.takeLease(account, 60, firstRound(account)))!;
  await store.commit(lease, { ...none, objects });
  await store.releaseLease(lease);
  return account;
}

describe('purgeLedger', () => {
  it('appends to the chain of the account and tells it, in the transaction of the rows', async () => {
    const account = await ground.account();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    const object = foundObject('msgstore.db');
    await store.commit(lease, {
      objects: [object],
      events: [{ kind: 'plaintext-deleted', atMs: 1, details: { objectId: object.objectId } }],
      notices: [{ kind: 'plaintext-waiting', atMs: 1, objectId: object.objectId }],
    });
    const [event] = await ground.database.rows<{ event: Uint8Array }>(lastEvents, [account]);
    expect(decodeLedgerEvent(event!.event)).toMatchObject({ kind: 'plaintext-deleted', number: 2, remaining: 10 });
    expect(await ground.database.rows(notices, [account])).toMatchObject([{ kind: 'plaintext-waiting' }]);
  });

  it('stores nothing for an account that is sealed', async () => {
    const account = await ground.account();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    await ground.accounts.seal(account, 'for a test');
    const changes = { ...none, objects: [foundObject('a')], events: [event(account)] };
    await expect(store.commit(lease, changes)).rejects.toMatchObject({ code: 'account-sealed' });
    expect((await store.load(lease)).objects).toEqual([]);
    expect((await store.standing(account)).isSealed).toBe(true);
  });

  const event = (account: string) => ({ kind: 'plaintext-deleted' as const, atMs: 1, details: { account } });
});

describe('purgeMandates', () => {
  const give = (account: string, consentAtMs: number | null, atMs: number): Promise<void> =>
    ground.database.transaction((transaction) =>
      purgeMandates.give(transaction, account, { consentAtMs, atMs, ownerGeneration: 1, graceSeconds: 60, signed }),
    );
  const stop = (account: string, atMs: number): Promise<boolean> =>
    ground.database.transaction((transaction) => purgeMandates.stop(transaction, account, atMs));

  it('says nothing before the person said anything', async () => {
    const account = await ground.account();
    expect(await purgeMandates.read(ground.database, account)).toEqual({
      consentAtMs: null,
      start: null,
      stoppedAtMs: null,
    });
  });

  it('keeps the consent over a stop and a resume', async () => {
    const account = await ground.account();
    await give(account, 1_000, 2_000);
    expect(await stop(account, 3_000)).toBe(true);
    expect(await stop(account, 4_000)).toBe(false);
    expect((await store.standing(account)).mandate).toEqual({
      consentAtMs: 1_000,
      start: { atMs: 2_000, ownerGeneration: 1, graceSeconds: 60 },
      stoppedAtMs: 3_000,
    });
    await give(account, null, 5_000);
    expect(await purgeMandates.read(ground.database, account)).toMatchObject({
      consentAtMs: 1_000,
      start: { atMs: 5_000 },
      stoppedAtMs: null,
    });
  });

  it('can be stopped before it was started', async () => {
    const account = await ground.account();
    expect(await stop(account, 1_000)).toBe(true);
    expect(await purgeMandates.read(ground.database, account)).toMatchObject({ start: null, stoppedAtMs: 1_000 });
  });
});

describe('purgeReader', () => {
  it('counts every object in one bucket and names what most of them wait for', async () => {
    const account = await accountWith(
      foundObject('a', { state: 'waiting-for-backup', reason: 'no-proof' }),
      foundObject('b', { state: 'waiting-for-backup', reason: 'no-proof', dueAtMs: 9_000 }),
      foundObject('c', { state: 'needs-consent', reason: 'not-started' }),
      foundObject('d', { state: 'retained-elsewhere', reason: 'kept-by-provider' }),
      foundObject('e', { state: 'failed', reason: 'too-many-tries' }),
      foundObject('f', { state: 'purged' }),
    );
    const view = await reader.view(account);
    expect(view).toMatchObject({ reason: 'no-proof', dueAtMs: 9_000, uncertified: 1, certificateIds: [] });
    expect(view.counts).toEqual({
      waiting: { objects: 3, bytes: 15 },
      kept: { objects: 1, bytes: 5 },
      failed: { objects: 1, bytes: 5 },
      done: { objects: 1, bytes: 5 },
    });
  });

  it('pages through objects and finds only those of the account', async () => {
    const mine = [foundObject('a'), foundObject('b', { state: 'failed' }), foundObject('c')];
    const account = await accountWith(...mine);
    const foreign = foundObject('x');
    await accountWith(foreign);
    const first = await reader.objects(account, { after: null, bucket: null, limit: 2 });
    const rest = await reader.objects(account, { after: first.at(-1)!.objectId, bucket: null, limit: 2 });
    expect([...first, ...rest].map(({ objectId }) => objectId)).toEqual(mine.map(({ objectId }) => objectId));
    const failed = await reader.objects(account, { after: null, bucket: 'failed', limit: 9 });
    expect(failed.map(({ found }) => found.name)).toEqual(['b']);
    const ids = [mine[0]!.objectId, foreign.objectId];
    const found = await reader.find(ground.database, account, ids);
    expect(found.map(({ objectId }) => objectId)).toEqual([mine[0]!.objectId]);
  });

  it('gives a certificate to its owner only, with its event', async () => {
    const account = await ground.account();
    const lease = (await store.takeLease(account, 60, firstRound(account)))!;
    const certificateId = newUuid();
    const body = { objects: [{ sizeBytes: 5 }, { sizeBytes: 6 }], startedAtMs: 1_000, finishedAtMs: 2_000 };
    await store.commit(lease, {
      ...none,
      events: [{ kind: 'certificate', atMs: 2_000, details: { purgeId: certificateId } }],
      certificate: {
        certificateId,
        body: body as never,
        note: 'note\n',
        bodyHash: new Uint8Array(32),
        names: ['a', 'b'],
      },
    });
    const [row] = await reader.certificates(account);
    expect(row).toEqual({
      ...{ certificateId, startedAtMs: 1_000, finishedAtMs: 2_000, objects: 2, bytes: 11, eventNumber: 2 },
    });
    expect(await reader.certificate(account, certificateId)).toMatchObject({ note: 'note\n', leafIndex: null });
    expect(await reader.certificate(await ground.account(), certificateId)).toBeUndefined();
  });
});

describe('purgeEdits', () => {
  it('changes one object over the revision that was locked, for its own account', async () => {
    const object = foundObject('a');
    const account = await accountWith(object);
    const edits = purgeEdits(ground.database);
    expect(await edits.accountOf(object.objectId)).toBe(account);
    await ground.database.transaction(async (transaction) => {
      expect(await edits.lock(transaction, await ground.account(), object.objectId)).toBeUndefined();
      const locked = (await edits.lock(transaction, account, object.objectId))!;
      const stored = await edits.store(transaction, account, { ...locked, attempts: 3 });
      expect(stored.revision).toBe(2);
      await expect(edits.store(transaction, account, locked)).rejects.toMatchObject({ code: 'conflict' });
    });
    const [kept] = await reader.find(ground.database, account, [object.objectId]);
    expect(kept).toMatchObject({ attempts: 3, revision: 2 });
  });
});
