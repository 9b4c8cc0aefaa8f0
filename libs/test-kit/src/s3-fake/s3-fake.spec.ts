import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
  CreateBucketCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fakeClock } from '../fake-clock';
import { startS3Fake, type S3Fake } from './s3-fake';

const clock = fakeClock();
let fake: S3Fake;
let client: S3Client;
const at = { Bucket: 'chats' };

function clientOf(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
}

beforeEach(async () => {
  fake = await startS3Fake({ nowMs: () => clock.nowMs() });
  client = clientOf(fake.endpoint);
  await client.send(new CreateBucketCommand({ ...at, ObjectLockEnabledForBucket: true }));
});
afterEach(() => fake.close());

const put = (Key: string, Body: string): Promise<{ VersionId?: string | undefined }> =>
  client.send(new PutObjectCommand({ ...at, Key, Body }));
const failure = (status: number, name: string): unknown =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown });

describe('S3Fake', () => {
  describe('versions', () => {
    it('keeps every version and lays a marker on a plain delete', async () => {
      const first = await put('msgstore.db', 'old and large');
      const second = await put('msgstore.db', 'new');
      await client.send(new DeleteObjectCommand({ ...at, Key: 'msgstore.db' }));
      await expect(client.send(new GetObjectCommand({ ...at, Key: 'msgstore.db' }))).rejects.toEqual(
        failure(404, 'NoSuchKey'),
      );
      const listed = await client.send(new ListObjectVersionsCommand(at));
      expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
        [second.VersionId, false],
        [first.VersionId, false],
      ]);
      expect(listed.DeleteMarkers?.map(({ IsLatest }) => IsLatest)).toEqual([true]);
      const old = await client.send(
        new GetObjectCommand({ ...at, Key: 'msgstore.db', VersionId: first.VersionId ?? '' }),
      );
      expect(await old.Body?.transformToString()).toBe('old and large');
    });

    it('removes exactly the named version, and the marker, for good', async () => {
      const first = await put('k', '1');
      await put('k', '2');
      await client.send(new DeleteObjectCommand({ ...at, Key: 'k', VersionId: first.VersionId ?? '' }));
      await client.send(new DeleteObjectCommand({ ...at, Key: 'k' }));
      const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand(at));
      expect([Versions.length, DeleteMarkers.length]).toEqual([1, 1]);
      const named = [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId = '' }) => ({ Key, VersionId }));
      const answer = await client.send(new DeleteObjectsCommand({ ...at, Delete: { Objects: named } }));
      expect(answer.Deleted).toHaveLength(2);
      expect((await client.send(new ListObjectVersionsCommand(at))).Versions).toBeUndefined();
    });

    it('pages listings without losing or repeating a line', async () => {
      for (let index = 0; index < 5; index++) await put('a', String(index));
      await put('b/1', 'x');
      await put('b/2', 'x');
      const seen: string[] = [];
      let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
      for (;;) {
        const page = await client.send(new ListObjectVersionsCommand({ ...at, MaxKeys: 2, ...marker }));
        seen.push(...(page.Versions ?? []).map(({ Key = '', VersionId = '' }) => `${Key}@${VersionId}`));
        if (page.IsTruncated !== true) break;
        marker = { KeyMarker: page.NextKeyMarker ?? '', VersionIdMarker: page.NextVersionIdMarker ?? '' };
      }
      expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
      const folders = await client.send(new ListObjectsV2Command({ ...at, Delimiter: '/' }));
      expect(folders.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
      const first = await client.send(new ListObjectsV2Command({ ...at, MaxKeys: 2 }));
      const rest = await client.send(
        new ListObjectsV2Command({ ...at, ContinuationToken: first.NextContinuationToken ?? '' }),
      );
      expect([...(first.Contents ?? []), ...(rest.Contents ?? [])].map(({ Key }) => Key)).toEqual(['a', 'b/1', 'b/2']);
    });

    it('overwrites the null version where versioning is suspended', async () => {
      await client.send(new PutBucketVersioningCommand({ ...at, VersioningConfiguration: { Status: 'Suspended' } }));
      await put('k', '1');
      await put('k', '2');
      const { Versions } = await client.send(new ListObjectVersionsCommand(at));
      expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['null']);
    });
  });

  describe('conditions', () => {
    it('creates once under If-None-Match, and deletes only what If-Match names', async () => {
      const create = (): Promise<unknown> =>
        client.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'x', IfNoneMatch: '*' }));
      await create();
      await expect(create()).rejects.toEqual(failure(412, 'PreconditionFailed'));
      await expect(client.send(new DeleteObjectCommand({ ...at, Key: 'k', IfMatch: '"other"' }))).rejects.toEqual(
        failure(412, 'PreconditionFailed'),
      );
    });
  });

  describe('multipart', () => {
    it('lists an unfinished upload until it is aborted or completed', async () => {
      const start = async (): Promise<{ Key: string; UploadId: string }> => {
        const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ ...at, Key: 'big' }));
        return { Key: 'big', UploadId };
      };
      const [left, done] = [await start(), await start()];
      const part = await client.send(new UploadPartCommand({ ...at, ...done, PartNumber: 1, Body: 'whole' }));
      const uploads = await client.send(new ListMultipartUploadsCommand(at));
      expect(uploads.Uploads?.map(({ UploadId }) => UploadId).sort()).toEqual([left.UploadId, done.UploadId].sort());
      await client.send(new AbortMultipartUploadCommand({ ...at, ...left }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag ?? '' }] };
      await client.send(new CompleteMultipartUploadCommand({ ...at, ...done, MultipartUpload }));
      expect((await client.send(new ListMultipartUploadsCommand(at))).Uploads).toBeUndefined();
      const whole = await client.send(new GetObjectCommand({ ...at, Key: 'big' }));
      expect(await whole.Body?.transformToString()).toBe('whole');
    });

    it('takes the parts that are named, in rising order, by their ETags and none too small, and creates once', async () => {
      const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ ...at, Key: 'big' }));
      const upload = { ...at, Key: 'big', UploadId };
      const send = async (PartNumber: number, Body: string): Promise<{ PartNumber: number; ETag: string }> => {
        const { ETag = '' } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
        return { PartNumber, ETag };
      };
      const [one, two] = [await send(1, 'one'), await send(2, 'two')];
      const complete = (Parts: readonly { PartNumber: number; ETag: string }[]): Promise<unknown> =>
        client.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...Parts] }, IfNoneMatch: '*' }),
        );
      await expect(complete([one, two])).rejects.toEqual(failure(400, 'EntityTooSmall'));
      await expect(complete([two, one])).rejects.toEqual(failure(400, 'InvalidPartOrder'));
      await expect(complete([{ ...one, ETag: two.ETag }])).rejects.toEqual(failure(400, 'InvalidPart'));
      const listed = await client.send(new ListPartsCommand({ ...upload, MaxParts: 1 }));
      expect([listed.Parts?.length, listed.IsTruncated, listed.NextPartNumberMarker]).toEqual([1, true, '1']);
      const rest = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker: '1' }));
      expect(rest.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([[2, 3, two.ETag]]);
      await put('big', 'there already');
      await expect(complete([one])).rejects.toEqual(failure(412, 'PreconditionFailed'));
      await client.send(new DeleteObjectCommand({ ...at, Key: 'big' }));
      await complete([one]);
      await expect(complete([one])).rejects.toEqual(failure(404, 'NoSuchUpload'));
    });
  });

  describe('locks and replication', () => {
    it('refuses to delete a locked version until the lock ends', async () => {
      const { VersionId = '' } = await put('k', 'x');
      const RetainUntilDate = new Date(clock.nowMs() + 1000);
      await client.send(
        new PutObjectRetentionCommand({
          ...at,
          Key: 'k',
          VersionId,
          Retention: { Mode: 'COMPLIANCE', RetainUntilDate },
        }),
      );
      const { Retention } = await client.send(new GetObjectRetentionCommand({ ...at, Key: 'k', VersionId }));
      expect(Retention?.RetainUntilDate).toEqual(RetainUntilDate);
      const remove = (): Promise<unknown> => client.send(new DeleteObjectCommand({ ...at, Key: 'k', VersionId }));
      await expect(remove()).rejects.toEqual(failure(403, 'AccessDenied'));
      clock.advanceMs(1001);
      await client.send(new PutObjectLegalHoldCommand({ ...at, Key: 'k', VersionId, LegalHold: { Status: 'ON' } }));
      await expect(remove()).rejects.toEqual(failure(403, 'AccessDenied'));
      await client.send(new PutObjectLegalHoldCommand({ ...at, Key: 'k', VersionId, LegalHold: { Status: 'OFF' } }));
      await remove();
    });

    it('tells replication rules', async () => {
      await expect(client.send(new GetBucketReplicationCommand(at))).rejects.toEqual(
        failure(404, 'ReplicationConfigurationNotFoundError'),
      );
      const rule = {
        Status: 'Enabled',
        Priority: 0,
        Filter: { Prefix: 'a/' },
        Destination: { Bucket: 'arn:aws:s3:::copy' },
      };
      await client.send(
        new PutBucketReplicationCommand({
          ...at,
          ReplicationConfiguration: { Role: 'r', Rules: [{ ...rule, Status: 'Enabled' }] },
        }),
      );
      const { ReplicationConfiguration } = await client.send(new GetBucketReplicationCommand(at));
      expect(ReplicationConfiguration?.Rules?.[0]).toMatchObject(rule);
    });
  });

  describe('faults', () => {
    it('refuses with Retry-After, drops, and loses answers as armed', async () => {
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', retryAfterSeconds: 7 });
      await expect(put('k', '1')).rejects.toEqual(failure(429, 'TooManyRequests'));
      fake.faults.arm({ kind: 'drop', keyPart: 'k' });
      await expect(put('k', '1')).rejects.toMatchObject({ code: 'ECONNRESET' });
      fake.faults.arm({ kind: 'lose-answer', operation: 'PutObject' });
      await expect(put('k', '1')).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(fake.bucket('chats').all()).toHaveLength(1);
    });
  });

  it('shows what was removed for a while where listings lag', async () => {
    const lagging = await startS3Fake({ buckets: ['b'], nowMs: () => clock.nowMs(), listLagMs: 5000 });
    const other = clientOf(lagging.endpoint);
    await other.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' }));
    await other.send(new DeleteObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect((await other.send(new ListObjectsV2Command({ Bucket: 'b' }))).KeyCount).toBe(1);
    clock.advanceMs(5001);
    expect((await other.send(new ListObjectsV2Command({ Bucket: 'b' }))).KeyCount).toBe(0);
    await lagging.close();
  });

  it('keeps buckets in a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-s3-fake-'));
    const first = await startS3Fake({ folder });
    const writer = clientOf(first.endpoint);
    await writer.send(new CreateBucketCommand({ ...at, ObjectLockEnabledForBucket: true }));
    for (const Body of ['1', '2']) await writer.send(new PutObjectCommand({ ...at, Key: 'k', Body }));
    await writer.send(new DeleteObjectCommand({ ...at, Key: 'k' }));
    await first.close();
    const second = await startS3Fake({ folder });
    const before = first.bucket('chats').all();
    expect(second.bucket('chats').all()).toEqual(before);
    expect(second.bucket('chats').versioning).toBe('Enabled');
    await second.close();
    await rm(folder, { recursive: true });
  });
});
