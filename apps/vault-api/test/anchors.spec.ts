import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeCbor } from '@coffer/foundation';
import { startS3Fake, type S3Fake } from '@coffer/test-kit/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyDatabase } from './rolled-back';
import type { TestDevice } from './test-device';
import { startBench, type BenchOptions, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
let fake: S3Fake;
let bench: VaultBench | undefined;
beforeEach(async () => {
  fake = await startS3Fake();
  const bucket = fake.bucket('anchor');
  bucket.versioning = 'Enabled';
  bucket.hasObjectLock = true;
});
afterEach(async () => {
  await bench?.stop();
  await fake.close();
});

/** A bench whose anchors are a folder and a bucket. */
async function benchWith(
  processes: number,
  environment: Readonly<Record<string, string>> = {},
  options: BenchOptions = {},
): Promise<VaultBench> {
  bench = await startBench(
    processes,
    (home) => ({
      COFFER_GUESS_DELAYS: '0',
      COFFER_LEDGER_CHECK_SECONDS: '0.5',
      COFFER_ANCHORS: `file:${join(home, 'anchor')} s3://anchor/ledger?endpoint=${fake.endpoint}`,
      AWS_ACCESS_KEY_ID: 'append-only',
      AWS_SECRET_ACCESS_KEY: 'none',
      ...environment,
    }),
    options,
  );
  return bench;
}

async function registered(on: VaultBench): Promise<TestDevice> {
  const device = on.device();
  expect((await device.setPassword(password)).status).toBe(201);
  device.isOwner = true;
  return device;
}

function bucketSizes(): readonly number[] {
  return fake
    .bucket('anchor')
    .all()
    .map(({ key }) => Number(key.slice('ledger/bundles/'.length)));
}

const bucketAway = { kind: 'refuse', status: 503, code: 'ServiceUnavailable', times: Infinity } as const;

describe('a folder and a bucket as anchors', () => {
  it('both hold each guess before it is answered, and the bucket learns of no account', async () => {
    const own = await benchWith(1);
    const device = await registered(own);
    expect((await device.recover('wrong')).status).toBe(401);
    const { accountId } = await device.account();
    const [guess] = await own.sql<{ leaf: number }>(
      `SELECT l.leaf_index AS leaf FROM ledger_events e JOIN ledger_leaves l USING (account_id, number)
       WHERE e.account_id = $1::uuid AND e.kind = 'guess'`,
      [accountId],
    );
    expect(Math.max(...bucketSizes())).toBeGreaterThan(guess!.leaf);
    expect((await readdir(join(own.home, 'anchor'))).some((name) => name.startsWith('journal-'))).toBe(true);
    const objects = fake.bucket('anchor').all();
    for (const { bytes } of objects) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text).not.toContain(accountId);
      expect(text).not.toContain(accountId.replaceAll('-', ''));
      const { entries } = decodeCbor(new Uint8Array(bytes)) as { entries: { sealedEvent: Uint8Array }[] };
      expect(new Set(entries.map(({ sealedEvent }) => sealedEvent.length)).size).toBe(1);
    }
    const names = fake.requests.map((request) => request.split(' ')[0]);
    expect(names.filter((name) => name === 'DeleteObject' || name === 'PutBucketVersioning')).toEqual([]);
    expect(
      objects.every(({ isDeleteMarker, key }) => !isDeleteMarker && fake.bucket('anchor').versionsOf(key).length === 1),
    ).toBe(true);
  });

  it('where both are needed, one that is away stops guesses before they are counted, and nothing is published', async () => {
    const own = await benchWith(1);
    const device = await registered(own);
    fake.faults.arm(bucketAway);
    const attempt = await device.beginAttempt('wrong');
    await expect
      .poll(async () => (await device.startLogin(attempt)).status, { timeout: 20_000, interval: 100 })
      .toBe(503);
    const { attemptsRemaining } = await device.budget();
    const published = await (await fetch(`${own.apis[0]!.url}/v1/ledger/checkpoint`)).text();
    // Only the guess that was under way may have been counted; from now on none is.
    for (let more = 0; more < 3; more++) {
      const refused = await device.startLogin(await device.beginAttempt('wrong'));
      expect([refused.status, refused.body.code]).toEqual([503, 'anchor-behind']);
    }
    expect((await device.budget()).attemptsRemaining).toBe(attemptsRemaining);
    expect(await (await fetch(`${own.apis[0]!.url}/v1/ledger/checkpoint`)).text()).toBe(published);
    fake.faults.clear();
    await expect
      .poll(async () => (await device.recover(password)).status, { timeout: 45_000, interval: 300 })
      .toBe(200);
    expect(await (await fetch(`${own.apis[0]!.url}/v1/ledger/checkpoint`)).text()).not.toBe(published);
    expect(own.apis[0]!.log()).toContain('an anchor does not acknowledge');
    expect(own.apis[0]!.log()).toContain('an anchor acknowledges again');
  });

  it('with a quorum of one, guesses go on while one is away, and it is brought up when it comes back', async () => {
    const own = await benchWith(2, { COFFER_ANCHOR_QUORUM: '1' });
    const device = await registered(own);
    await expect.poll(() => bucketSizes().length, { timeout: 20_000 }).toBeGreaterThan(0);
    fake.faults.arm(bucketAway);
    const before = Math.max(...bucketSizes());
    for (let guess = 0; guess < 3; guess++) expect((await device.recover('wrong')).status).toBe(401);
    expect((await device.recover(password)).status).toBe(200);
    expect(Math.max(...bucketSizes())).toBe(before);
    fake.faults.clear();
    await expect.poll(() => Math.max(...bucketSizes()), { timeout: 45_000 }).toBeGreaterThanOrEqual(before + 4);
    const claims = (await (await fetch(`${own.apis[0]!.url}/v1/claims`)).json()) as {
      anchors: unknown;
      limits: string[];
    };
    expect(claims.anchors).toEqual([
      { kind: 'disk', name: 'on a disk of the operator' },
      { kind: 's3', name: 'in an object store' },
    ]);
    expect(claims.limits.join()).toContain('1 of the 2 anchors');
  });

  it('A09: a database and a folder that were rolled back together do not pass the bucket', async () => {
    const own = await benchWith(1, {}, { ownServer: true });
    const device = await registered(own);
    const copy = await copyDatabase(own);
    await expect.poll(async () => (await device.recover('wrong')).status, { timeout: 45_000 }).toBe(401);
    await Promise.all(own.apis.map((api) => api.kill('SIGKILL')));
    await copy.restore();
    // As if the folder had been on the same disk: a fresh one knows nothing at all.
    const fresh = await own.start(
      { COFFER_ANCHORS: `file:${join(own.home, 'anchor-2')} s3://anchor/ledger?endpoint=${fake.endpoint}` },
      'live',
    );
    const there = own.device(fresh, device.subject);
    await expect
      .poll(async () => (await there.recover('wrong')).body['code'], { timeout: 45_000 })
      .toBe('vault-sealed');
    expect(fresh.log()).toMatch(/the database is behind its anchor.*anchor s3:/);
  });
});
