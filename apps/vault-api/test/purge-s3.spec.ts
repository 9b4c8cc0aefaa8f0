import { setTimeout as pause } from 'node:timers/promises';
import { sha256 } from '@coffer/crypto';
import { proofSize } from '@coffer/test-kit';
import { startS3Fake, type S3Fake } from '@coffer/test-kit/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certificatesOf,
  database,
  proveCopies,
  requireOneEnd,
  startPurgeBench,
  untilHashed,
  untilPurge,
  type PurgeBench,
} from './purge-bench';
import { RepositoryDevice } from './repository-device';
import { stretchTripWire, type TripWire } from './trip-wire';

let fake: S3Fake;
let wire: TripWire;
let bench: PurgeBench;
beforeAll(async () => {
  fake = await startS3Fake({ buckets: ['backups'] });
  fake.bucket('backups').versioning = 'Enabled';
  wire = await stretchTripWire(fake.port);
  const endpoint = `http://127.0.0.1:${wire.port}`;
  bench = await startPurgeBench({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }, [
    { id: 'bucket', provider: 's3', bucket: 'backups', endpoint, allowLoopback: true, pathTemplate: 'users/{subject}' },
  ]);
});
afterAll(async () => {
  await bench.stop();
  await wire.stop();
  await fake.close();
});

const request = (method: string, subject: string, name: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
  fetch(`${fake.endpoint}/backups/users/${subject}/${name}`, { method, ...(body === undefined ? {} : { body }) });

/** Versions and markers of one account that the bucket has now. */
const inBucket = (subject: string) =>
  fake
    .bucket('backups')
    .all()
    .filter(({ key }) => key.startsWith(`users/${subject}/`));

describe('a purge of a versioned bucket', () => {
  it('keeps a large old version under a small new one until it too is proven (C05)', async () => {
    const worker = await bench.worker();
    const device = bench.device();
    const { subject } = device;
    const [old, small] = [database(900_000), database(300)];
    await request('PUT', subject, 'msgstore.db', old);
    await request('PUT', subject, 'msgstore.db', small);
    const owner = await RepositoryDevice.claim(device);
    const listed = await untilHashed(owner, 2);
    expect(listed.map(({ kind }) => kind).sort()).toEqual(['current', 'old-version']);
    await proveCopies(
      owner,
      listed.filter(({ kind }) => kind === 'current'),
    );
    await owner.startPurge();
    await pause(4_000);
    const left = inBucket(subject).filter(({ isDeleteMarker }) => !isDeleteMarker);
    expect(left.map(({ bytes }) => sha256(bytes))).toContainEqual(sha256(old));
    const waiting = (await owner.objects()).filter(({ state }) => state === 'waiting-for-backup');
    expect(waiting).toEqual([expect.objectContaining({ reason: 'no-proof', sizeBytes: old.length })]);
    await proveCopies(owner, waiting);
    await untilPurge(owner, 'finished');
    expect(inBucket(subject)).toEqual([]);
    await worker.kill('SIGTERM');
  });

  it('deletes versions before the marker that hides them, and nothing of another account', async () => {
    const worker = await bench.worker();
    const device = bench.device();
    const neighbour = `${device.subject}0`;
    await request('PUT', neighbour, 'msgstore.db', database(100));
    await request('PUT', device.subject, 'msgstore.db', database(200));
    await request('DELETE', device.subject, 'msgstore.db');
    const owner = await RepositoryDevice.claim(device);
    const listed = await untilHashed(owner, 1);
    await proveCopies(
      owner,
      listed.filter(({ sha256: hash }) => hash !== null),
    );
    await owner.startPurge();
    await untilPurge(owner, 'finished');
    expect(inBucket(device.subject)).toEqual([]);
    expect(inBucket(neighbour)).toHaveLength(1);
    const deletes = fake.requests.filter((line) => line.startsWith('DeleteObject') && line.includes(device.subject));
    expect(deletes).toHaveLength(3);
    const [certificate] = await certificatesOf(bench, owner);
    expect(certificate!.report.body.objects.map(({ kind }) => kind).sort()).toEqual(['delete-marker', 'old-version']);
    await worker.kill('SIGTERM');
  });
});

describe('a worker that is killed at its requests to the bucket (C02)', { timeout: 240_000 }, () => {
  it('leaves a purge that the next one ends, also where a delete was done and its answer lost', async () => {
    const device = bench.device();
    const versions = [database(5_000), database(6_000), database(7_000)];
    for (const bytes of versions) await request('PUT', device.subject, 'msgstore.db', bytes);
    const owner = await RepositoryDevice.claim(device);
    const first = await bench.worker();
    const listed = await untilHashed(owner, 3);
    await first.kill('SIGKILL');
    await bench.forgetDeadWorkers();
    await proveCopies(owner, listed);
    await owner.startPurge();
    let kills = 0;
    for (; kills < proofSize({ sample: 5, long: 20 }) && (await owner.purge()).certificates.length === 0; kills++) {
      const worker = await bench.worker();
      const ended = worker.ended.then(() => true);
      // Each worker gets one or two requests further than the one before it.
      wire.arm(1 + ((kills * 5) % 7), kills % 2 === 0 ? 'after' : 'before', () => worker.signal('SIGKILL'));
      if (!(await Promise.race([ended, pause(5_000, false)]))) await worker.kill('SIGKILL');
      await bench.forgetDeadWorkers();
    }
    wire.disarm();
    const last = await bench.worker();
    await untilPurge(owner, 'finished');
    expect(kills).toBeGreaterThan(2);
    expect(inBucket(device.subject)).toEqual([]);
    await requireOneEnd(bench, owner, new Map(versions.map((bytes, index) => [String(index), sha256(bytes)])));
    await last.kill('SIGTERM');
  });
});
