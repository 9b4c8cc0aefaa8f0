import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import { purgeEdits, purgeMandates, purgeReader, statement } from '@coffer/database';
import { newUuid, systemClock } from '@coffer/foundation';
import { createLogger, createMetrics, type Registry } from '@coffer/observability';
import { defaultPurgeSettings, releaseObject, type PurgeObject } from '@coffer/purge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryConnector, startGround, type WorkerGround } from '../test/worker-ground';
import { PurgeRunner } from './purge-runner';
import { workerMetrics } from './worker-metrics';

let ground: WorkerGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const settings = { ...defaultPurgeSettings, graceMs: 0, youngKeyGraceMs: 0, listingGapMs: 100 };

interface Bench {
  readonly runner: PurgeRunner;
  readonly registry: Registry;
  run(accountId: string): Promise<number | undefined>;
}

function runnerOver(connector: MemoryConnector, leaseSeconds = 30): Bench {
  const { store, signer } = ground;
  const registry = createMetrics('test');
  const runner = new PurgeRunner({
    ...{ store, settings, leaseSeconds, clock: systemClock },
    ports: {
      ...{ clock: systemClock, rows: store, accounts: store, proofs: store, signer, newId: newUuid },
      repositories: { measure: async () => undefined, sizeOf: async () => undefined },
      connector: () => connector,
      random: () => 0.5,
    },
    log: createLogger('test', 'silent'),
    metrics: workerMetrics(registry),
    locationsOf: () => [{ provider: 'disk', location: 'cloud' }],
  });
  const run = (key: string) => runner.run({ key, attempt: 0, signal: new AbortController().signal });
  return { runner, registry, run };
}

const objectsOf = (accountId: string): Promise<readonly PurgeObject[]> =>
  purgeReader(ground.database).objects(accountId, { after: null, bucket: null, limit: 100 });

const expireLease = statement(
  'spec_expire',
  "UPDATE purge_rounds SET leased_until = now() - interval '1 second' WHERE account_id = $1",
);

async function startPurge(accountId: string): Promise<void> {
  const signed = { statement: randomBytes(1), signature: randomBytes(1), body: randomBytes(1) };
  await ground.accounts.within(accountId, ({ transaction, nowMs }) =>
    purgeMandates.give(transaction.sql, accountId, {
      ...{ consentAtMs: nowMs, atMs: nowMs, ownerGeneration: 1, graceSeconds: null, signed },
    }),
  );
}

/** The person releases every copy, so that it may go without a backup. */
async function releaseAll(accountId: string): Promise<void> {
  const edits = purgeEdits(ground.database);
  for (const { objectId } of await objectsOf(accountId)) {
    await ground.database.transaction(async (transaction) => {
      const object = (await edits.lock(transaction, accountId, objectId))!;
      const { sizeBytes, modifiedMs } = object.found;
      const release = { sha256: object.sha256!, sizeBytes, modifiedMs, ownerGeneration: 1 };
      await edits.store(transaction, accountId, releaseObject(object, release));
    });
  }
}

describe('PurgeRunner', () => {
  it('finds and hashes plaintext before anybody asked for a purge, and deletes none of it', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10)).set('b.db', randomBytes(20));
    const account = await ground.claim();
    const { run, registry } = runnerOver(connector);
    const again = await run(account);
    expect(again).toBeGreaterThan(3600);
    const objects = await objectsOf(account);
    expect(objects.map(({ state, reason }) => `${state} ${String(reason)}`)).toEqual([
      'waiting-for-backup no-proof',
      'waiting-for-backup no-proof',
    ]);
    expect(objects.every(({ sha256 }) => sha256?.length === 32)).toBe(true);
    expect(connector.deleted).toEqual([]);
    expect(await registry.metrics()).toContain('coffer_purge_plaintext_read_bytes_total{service="test"} 30');
  });

  it('waits out a short gap itself, and ends with one certificate', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10));
    const account = await ground.claim();
    const { run } = runnerOver(connector);
    await run(account);
    await releaseAll(account);
    await startPurge(account);
    await run(account);
    expect(connector.deleted).toEqual(['a.db']);
    expect((await objectsOf(account)).map(({ state }) => state)).toEqual(['purged']);
    expect((await purgeReader(ground.database).view(account)).certificateIds).toHaveLength(1);
  });

  it('leaves an account alone that another worker holds (C12)', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10));
    const account = await ground.claim();
    let [inside, most, turnedAway] = [0, 0, 0];
    const all = 8;
    connector.before = async () => {
      most = Math.max(most, ++inside);
      // Stays inside until every other one was turned away, however slow they are to come.
      while (turnedAway < all - 1) await pause(10);
      inside--;
    };
    const runs = Array.from({ length: all }, async () => {
      const seconds = await runnerOver(connector).run(account);
      if (seconds === 5) turnedAway += 1;
    });
    await Promise.all(runs);
    expect([most, turnedAway]).toEqual([1, all - 1]);
  });

  it('is refused when it wakes up after its lease went to another, and deletes nothing after that (C13)', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10));
    const account = await ground.claim();
    const { run, registry } = runnerOver(connector, 600);
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      connector.before = (call) => {
        if (call !== 'sha256') return Promise.resolve();
        resolve();
        return new Promise<void>((go) => (wake = go));
      };
    });
    const stale = run(account);
    await asleep;
    connector.before = () => Promise.resolve();
    await ground.database.change(expireLease, [account]);
    const fresh = runnerOver(connector);
    await fresh.run(account);
    const before = await objectsOf(account);
    wake();
    expect(await stale).toBe(5);
    expect(await registry.metrics()).toContain('coffer_purge_fenced_out_total{service="test"} 1');
    expect(await objectsOf(account)).toEqual(before);
  });

  it('holds its lease while one hash takes longer than it lives', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10));
    const account = await ground.claim();
    connector.before = async (call) => {
      if (call === 'sha256') await pause(2_500);
    };
    const slow = runnerOver(connector, 1).run(account);
    await pause(2_000);
    expect(await runnerOver(connector).run(account)).toBe(5);
    await slow;
    expect((await objectsOf(account))[0]!.sha256).not.toBeNull();
  });

  it('gives the account back after the step that runs, once it is told to stop', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10)).set('b.db', randomBytes(10));
    const account = await ground.claim();
    const { runner, run } = runnerOver(connector);
    connector.before = (call) => {
      if (call === 'sha256') runner.stop();
      return Promise.resolve();
    };
    expect(await run(account)).toBe(0);
    expect((await objectsOf(account)).filter(({ sha256 }) => sha256 !== null)).toHaveLength(1);
    connector.before = () => Promise.resolve();
    expect(await runnerOver(connector).run(account)).toBeGreaterThan(3600);
  });

  it('waits when the account is sealed, and knows nothing of an account that is not there', async () => {
    const connector = new MemoryConnector();
    connector.files.set('a.db', randomBytes(10));
    const account = await ground.claim();
    await runnerOver(connector).run(account);
    await releaseAll(account);
    await startPurge(account);
    await ground.accounts.seal(account, 'for a test');
    await runnerOver(connector).run(account);
    expect(connector.deleted).toEqual([]);
    expect(await runnerOver(connector).run(newUuid())).toBeUndefined();
  });
});
