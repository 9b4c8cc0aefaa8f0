import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketReplicationCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { sha256 } from '@coffer/crypto/node';
import { concatBytes, systemClock, utf8 } from '@coffer/foundation';
import type { ExpectedObject, FoundObject } from '@coffer/purge';
import { seed } from '@coffer/test-kit';
import { startS3Fake, type S3Fake, type S3FakeOptions } from '@coffer/test-kit/node';

import { AddressPolicy } from '../network/address-policy';
import { PlaintextRules } from '../rules/plaintext-rules';
import { S3Connector, type S3ConnectorOptions } from './s3-connector';

const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
const sqlite = (name: string, length = 5000): Uint8Array => concatBytes(utf8('SQLite format 3\0'), seed(name, length));

let fake: S3Fake;
let client: S3Client;
let connector: S3Connector;

async function start(options: S3FakeOptions = {}): Promise<void> {
  fake = await startS3Fake({ buckets: ['cloud'], ...options });
  const region = 'us-east-1';
  client = new S3Client({ endpoint: fake.endpoint, region, forcePathStyle: true, credentials, maxAttempts: 1 });
  connector = connect();
}

function connect(options: Partial<S3ConnectorOptions> = {}): S3Connector {
  return new S3Connector({
    ...{ bucket: 'cloud', prefix: 'backups', endpoint: fake.endpoint, credentials, clock: systemClock },
    rules: new PlaintextRules(),
    policy: { hosts: ['127.0.0.1'], addresses: new AddressPolicy({ allowLoopback: true }) },
    budget: { random: () => 0.5, firstWaitMs: 5 },
    ...options,
  });
}

const put = async (path: string, body: Uint8Array): Promise<string> => {
  const stored = await client.send(new PutObjectCommand({ Bucket: 'cloud', Key: `backups/sam/${path}`, Body: body }));
  return stored.VersionId ?? 'null';
};
const at = (path: string): { Bucket: string; Key: string } => ({ Bucket: 'cloud', Key: `backups/sam/${path}` });
const inventory = (): Promise<FoundObject[]> => Array.fromAsync(connector.inventory('sam'));

async function expectedOf(object: FoundObject): Promise<ExpectedObject> {
  const { sha256: hash } = await connector.sha256(object);
  return { version: object.version, etag: object.etag, sha256: hash };
}

beforeEach(() => start());
afterEach(() => fake.close());

describe('S3Connector', () => {
  describe('inventory', () => {
    it('finds every version, marker and unfinished upload as an object of its own (C05, C06)', async () => {
      fake.bucket('cloud').versioning = 'Enabled';
      const old = await put('msgstore.db', sqlite('large and old', 900_000));
      const small = await put('msgstore.db', sqlite('small and new'));
      await client.send(new DeleteObjectCommand(at('msgstore.db')));
      await put('msgstore-2026-10-01.1.db', sqlite('rotated'));
      await put('photo.jpg', seed('photo'));
      await client.send(new CreateMultipartUploadCommand(at('msgstore.db')));
      const found = await inventory();
      expect(found.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes])).toEqual([
        ['msgstore-2026-10-01.1.db', 'rotated', 5016],
        ['msgstore.db', 'old-version', 5016],
        ['msgstore.db', 'old-version', 900_016],
        ['msgstore.db', 'delete-marker', 0],
        ['msgstore.db', 'multipart', 0],
      ]);
      expect(found.map(({ copyId }) => copyId).slice(1, 3)).toEqual([small, old]);
      expect(found[1]).toMatchObject({ provider: 's3', location: 'sam', providerObjectId: 'backups/sam/msgstore.db' });
    });

    it('lists one account only, and refuses what is no plain location', async () => {
      await put('msgstore.db', sqlite('of sam'));
      await client.send(
        new PutObjectCommand({ Bucket: 'cloud', Key: 'backups/samantha/msgstore.db', Body: sqlite('x') }),
      );
      expect(await inventory()).toHaveLength(1);
      for (const location of ['..', 'sam/..', 'sam//', './sam']) {
        await expect(Array.fromAsync(connector.inventory(location))).rejects.toMatchObject({
          code: 'location-refused',
        });
      }
    });

    it('names what replication keeps elsewhere, and says unknown where it may not be asked', async () => {
      await put('msgstore.db', sqlite('x'));
      const rule = {
        Status: 'Enabled',
        Filter: { Prefix: 'backups/' },
        Destination: { Bucket: 'arn:aws:s3:::far-away' },
      } as const;
      const ReplicationConfiguration = { Role: 'r', Rules: [{ ...rule, Priority: 0 }] };
      await client.send(new PutBucketReplicationCommand({ Bucket: 'cloud', ReplicationConfiguration }));
      const kinds = async (): Promise<unknown> =>
        (await inventory()).map(({ kind, retainedElsewhere }) => [kind, retainedElsewhere]);
      expect(await kinds()).toEqual([
        ['current', undefined],
        ['replica', 'far-away'],
      ]);
      fake.faults.arm({ kind: 'refuse', operation: 'GetBucketReplication', status: 403, code: 'AccessDenied' });
      expect(await kinds()).toEqual([
        ['current', undefined],
        ['replica', 'unknown'],
      ]);
    });

    it('reports what is named like a backup and is none, or cannot be read', async () => {
      await put('msgstore.db', seed('no database'));
      await put('msgstore-1.db', sqlite('archived'));
      fake.faults.arm({
        kind: 'refuse',
        operation: 'GetObject',
        keyPart: 'msgstore-1',
        status: 403,
        code: 'InvalidObjectState',
      });
      expect((await inventory()).map(({ name, verdict }) => [name, verdict])).toEqual([
        ['msgstore-1.db', 'unrecognised'],
        ['msgstore.db', 'unrecognised'],
      ]);
    });

    it('works page by page', async () => {
      fake.bucket('cloud').versioning = 'Enabled';
      await Promise.all(Array.from({ length: 40 }, () => put('msgstore.db', new Uint8Array(0))));
      const bucket = fake.bucket('cloud');
      const [template] = bucket.versionsOf('backups/sam/msgstore.db');
      for (let index = 0; index < 1100; index++) bucket.add({ ...template!, versionId: `filler-${index}` });
      expect(await inventory()).toHaveLength(1140);
    });

    it('lists objects where the store knows no versions', async () => {
      await put('msgstore.db', sqlite('x'));
      for (const operation of ['ListObjectVersions', 'ListMultipartUploads', 'GetBucketReplication']) {
        fake.faults.arm({ kind: 'refuse', operation, status: 501, code: 'NotImplemented' });
      }
      expect((await inventory()).map(({ path, copyId }) => [path, copyId])).toEqual([['msgstore.db', 'null']]);
    });
  });

  describe('sha256 and read', () => {
    it('reads exactly the named version, in ranges, through broken connections', async () => {
      fake.bucket('cloud').versioning = 'Enabled';
      const old = sqlite('old', 300_000);
      await put('msgstore.db', old);
      await put('msgstore.db', sqlite('new'));
      const object = (await inventory()).find(({ kind }) => kind === 'old-version')!;
      fake.faults.arm({ kind: 'cut-body', operation: 'GetObject', afterBytes: 100_000 });
      expect(await connector.sha256(object)).toEqual({ sha256: sha256(old), sizeBytes: old.length });
      const part = await Array.fromAsync(connector.read(object, { offset: 1000, length: 500 }));
      expect(concatBytes(...part)).toEqual(old.slice(1000, 1500));
    });

    it('fails with changed or absent where another version is there', async () => {
      await put('msgstore.db', sqlite('old'));
      const [object] = await inventory();
      await put('msgstore.db', sqlite('new'));
      await expect(connector.sha256(object!)).rejects.toMatchObject({ code: 'changed' });
      await client.send(new DeleteObjectCommand(at('msgstore.db')));
      await expect(connector.sha256(object!)).rejects.toMatchObject({ code: 'absent' });
    });
  });

  describe('delete', () => {
    it('deletes each version, marker and upload for good, and lays no new marker', async () => {
      fake.bucket('cloud').versioning = 'Enabled';
      await put('msgstore.db', sqlite('1'));
      await put('msgstore.db', sqlite('2'));
      await client.send(new DeleteObjectCommand(at('msgstore.db')));
      await client.send(new CreateMultipartUploadCommand(at('msgstore.db')));
      for (const object of await inventory()) {
        const isEmpty = object.kind === 'delete-marker' || object.kind === 'multipart';
        const expected = isEmpty ? { version: object.version, etag: null, sha256: null } : await expectedOf(object);
        expect(await connector.delete(object, expected)).toMatchObject({
          outcome: 'deleted',
          requestId: expect.stringMatching(/./) as string,
        });
      }
      expect((await connector.listAgain('sam')).found).toEqual([]);
      expect(fake.bucket('cloud').isEmpty()).toBe(true);
      expect(fake.bucket('cloud').uploads.size).toBe(0);
    });

    it('says absent of what is gone, and changed of what was overwritten in place', async () => {
      await put('msgstore.db', sqlite('old'));
      const [object] = await inventory();
      const expected = await expectedOf(object!);
      await put('msgstore.db', sqlite('new'));
      expect(await connector.delete(object!, expected)).toEqual({ outcome: 'changed' });
      expect(fake.bucket('cloud').all()).toHaveLength(1);
      await client.send(new DeleteObjectCommand(at('msgstore.db')));
      expect(await connector.delete(object!, expected)).toMatchObject({ outcome: 'absent' });
    });

    it('deletes under the condition of the ETag where there are no versions', async () => {
      await put('msgstore.db', sqlite('old'));
      const [object] = await inventory();
      const expected = await expectedOf(object!);
      // The overwriting comes between the look and the delete.
      fake.faults.arm({ kind: 'refuse', operation: 'DeleteObject', status: 503, code: 'SlowDown' });
      const deleting = connector.delete(object!, expected);
      while (!fake.requests.some((line) => line.startsWith('DeleteObject')))
        await new Promise((resolve) => setImmediate(resolve));
      fake.bucket('cloud').add({ ...fake.bucket('cloud').all()[0]!, etag: '"new"' });
      expect(await deleting).toEqual({ outcome: 'changed' });
      expect(fake.bucket('cloud').all()).toHaveLength(1);
    });

    it('respects locks and holds, and says until when', async () => {
      const bucket = fake.bucket('cloud');
      bucket.versioning = 'Enabled';
      bucket.hasObjectLock = true;
      const RetainUntilDate = new Date(Date.now() + 3_600_000);
      await put('msgstore.db', sqlite('locked'));
      await client.send(
        new PutObjectRetentionCommand({ ...at('msgstore.db'), Retention: { Mode: 'GOVERNANCE', RetainUntilDate } }),
      );
      await put('msgstore-1.db', sqlite('held'));
      await client.send(new PutObjectLegalHoldCommand({ ...at('msgstore-1.db'), LegalHold: { Status: 'ON' } }));
      const [held, locked] = await inventory();
      expect(locked?.lockedUntilMs).toBe(RetainUntilDate.getTime());
      expect(held?.lockedUntilMs).toBe(Number.MAX_SAFE_INTEGER);
      expect(await connector.delete(locked!, await expectedOf(locked!))).toEqual({
        outcome: 'locked',
        untilMs: RetainUntilDate.getTime(),
      });
      expect(await connector.delete(held!, await expectedOf(held!))).toEqual({
        outcome: 'locked',
        untilMs: Number.MAX_SAFE_INTEGER,
      });
      expect(bucket.all()).toHaveLength(2);
    });

    it('refuses an object that is not at its location', async () => {
      await put('msgstore.db', sqlite('x'));
      const [object] = await inventory();
      const elsewhere = { ...object!, providerObjectId: 'backups/kim/msgstore.db' };
      await expect(connector.delete(elsewhere, await expectedOf(object!))).rejects.toMatchObject({
        code: 'location-refused',
      });
      await expect(connector.sha256(elsewhere)).rejects.toMatchObject({ code: 'location-refused' });
    });
  });

  describe('trouble (C09)', () => {
    it('waits as Retry-After says, and all requests of the provider with it', async () => {
      await put('msgstore.db', sqlite('x'));
      fake.faults.arm({ kind: 'refuse', operation: 'ListObjectVersions', status: 429, retryAfterSeconds: 1 });
      const before = performance.now();
      await Promise.all([inventory(), inventory()]);
      expect(performance.now() - before).toBeGreaterThan(900);
    });

    it('gives back what would wait for too long, with the time to come back at', async () => {
      fake.faults.arm({ kind: 'refuse', operation: 'ListObjectVersions', status: 429, retryAfterSeconds: 600 });
      await expect(inventory()).rejects.toMatchObject({ code: 'throttled', isRetryable: true, retryAfterMs: 600_000 });
      const requests = fake.requests.length;
      await expect(inventory()).rejects.toMatchObject({ code: 'throttled' });
      expect(fake.requests.length).toBe(requests);
    });

    it('tries a bounded number of times', async () => {
      fake.faults.arm({ kind: 'refuse', status: 500, times: 100 });
      await expect(inventory()).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
      expect(fake.requests.length).toBe(6);
    });

    it.each([
      [403, 'InvalidAccessKeyId', 'needs-auth'],
      [400, 'ExpiredToken', 'needs-auth'],
      [403, 'AccessDenied', 'access-denied'],
      [404, 'NoSuchBucket', 'location-refused'],
    ])('answers %d %s with %s, at once', async (status, code, expected) => {
      fake.faults.arm({ kind: 'refuse', operation: 'ListObjectVersions', status, code });
      await expect(inventory()).rejects.toMatchObject({ code: expected });
      expect(fake.requests.filter((line) => line.startsWith('ListObjectVersions'))).toHaveLength(1);
    });

    it('never puts a credential into an error', async () => {
      fake.faults.arm({ kind: 'refuse', status: 403, code: 'AccessDenied' });
      const error: unknown = await connector
        .sha256({ ...(await describeOne()), etag: null })
        .catch((reason: unknown) => reason);
      expect(JSON.stringify(error) + String(error)).not.toMatch(/test-(access|secret)-key/);
    });
  });

  describe('endpoints (D05)', () => {
    it('connects to no address that is not allowed, whatever the endpoint is called', async () => {
      const { port } = fake;
      for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f000001', '[::ffff:127.0.0.1]', '169.254.169.254']) {
        const endpoint = `http://${host}:${port}`;
        const hosts = [new URL(endpoint).hostname.replace(/^\[|\]$/g, '')];
        const guarded = connect({ endpoint, policy: { hosts, addresses: new AddressPolicy() } });
        const refused = Array.fromAsync(guarded.inventory('sam'));
        await expect(refused, host).rejects.toMatchObject({ code: 'endpoint-refused' });
      }
      expect(fake.requests).toEqual([]);
    });

    it('connects to no host that is not on the list', async () => {
      const addresses = new AddressPolicy({ allowLoopback: true });
      const guarded = connect({ policy: { hosts: ['s3.example.org'], addresses } });
      await expect(Array.fromAsync(guarded.inventory('sam'))).rejects.toMatchObject({ code: 'endpoint-refused' });
      expect(fake.requests).toEqual([]);
    });

    it('follows no redirect to another host', async () => {
      const other = await startS3Fake();
      for (const status of [301, 302, 307]) {
        fake.faults.arm({
          kind: 'refuse',
          status,
          code: 'TemporaryRedirect',
          location: `${other.endpoint}/cloud?versions`,
        });
        await expect(inventory()).rejects.toMatchObject({ code: 'endpoint-refused' });
      }
      expect(other.requests).toEqual([]);
      await other.close();
    });
  });
});

async function describeOne(): Promise<FoundObject> {
  return {
    ...{
      provider: 's3',
      location: 'sam',
      providerObjectId: 'backups/sam/msgstore.db',
      copyId: 'null',
      version: 'null-x',
    },
    ...{ kind: 'current', path: 'msgstore.db', name: 'msgstore.db', sizeBytes: 10, modifiedMs: 1, etag: null },
    verdict: 'plaintext-backup',
  };
}
