import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { CreateMultipartUploadCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { concatBytes, systemClock, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { startS3Fake } from '@coffer/test-kit/node';

import { MemoryPurge } from '../test/memory-ports';
import { AddressPolicy, DiskConnector, PlaintextRules, S3Connector } from './index';

const day = 24 * 3_600_000;
const sqlite = (name: string, length: number): Uint8Array => concatBytes(utf8('SQLite format 3\0'), seed(name, length));
const large = sqlite('five years of messages', 400_000);
const small = sqlite('a new phone', 9_000);

describe('a purge of a versioned bucket', () => {
  it('keeps a large old version under a small new one until it too is proven, and then leaves nothing', async () => {
    const fake = await startS3Fake({ buckets: ['cloud'] });
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const client = new S3Client({ endpoint: fake.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    const bucket = fake.bucket('cloud');
    bucket.versioning = 'Enabled';
    const at = { Bucket: 'cloud', Key: 'sam/msgstore.db' };
    for (const Body of [large, small]) await client.send(new PutObjectCommand({ ...at, Body }));
    await client.send(new DeleteObjectCommand(at));
    await client.send(new CreateMultipartUploadCommand(at));
    const connector = new S3Connector({
      ...{ bucket: 'cloud', endpoint: fake.endpoint, credentials, clock: systemClock, rules: new PlaintextRules() },
      policy: { hosts: ['127.0.0.1'], addresses: new AddressPolicy({ allowLoopback: true }) },
      budget: { random: Math.random },
    });
    const purge = new MemoryPurge(connector, { provider: 's3', location: 'sam' });
    purge.prove(small);
    await purge.run(purge.clock.nowMs() + 6 * day);
    expect(bucket.all().map(({ bytes, isDeleteMarker }) => [bytes.length, isDeleteMarker])).toEqual([
      [0, true],
      [large.length, false],
    ]);
    purge.prove(large);
    await purge.run(purge.clock.nowMs() + 6 * day);
    expect(bucket.isEmpty()).toBe(true);
    expect(bucket.uploads.size).toBe(0);
    expect(purge.certificates.flatMap(({ body }) => body.objects.map(({ kind }) => kind)).sort()).toEqual([
      'delete-marker',
      'multipart',
      'old-version',
      'old-version',
    ]);
    expect(purge.certificates.at(-1)?.body.listings.map(({ found }) => found)).toEqual([0, 0]);
    await fake.close();
  });
});

describe('a purge of a folder', () => {
  it('deletes what is proven, names what is not, and takes up what an interrupted delete put aside', async () => {
    const root = await mkdtemp(join(tmpdir(), 'coffer-purge-journey-'));
    const folder = join(root, 'sam');
    await mkdir(folder);
    await writeFile(join(folder, 'msgstore.db'), large);
    await writeFile(join(folder, 'msgstore-2026-10-01.1.db'), small);
    const connector = new DiskConnector({ root, rules: new PlaintextRules() });
    const purge = new MemoryPurge(connector, { provider: 'disk', location: 'sam' });
    purge.prove(large);
    await purge.run(purge.clock.nowMs() + 2 * day);
    // A worker died right after it had put the file aside.
    await rename(join(folder, 'msgstore.db'), join(folder, `.msgstore.db.coffer-delete-${'a'.repeat(24)}`));
    await purge.run(purge.clock.nowMs() + 9 * day);
    expect(await readdir(folder)).toEqual(['msgstore-2026-10-01.1.db']);
    expect(purge.objects.map(({ found: { name }, state }) => [name, state]).sort()).toEqual([
      [`.msgstore.db.coffer-delete-${'a'.repeat(24)}`, 'purged'],
      ['msgstore-2026-10-01.1.db', 'waiting-for-backup'],
      ['msgstore.db', 'purged'],
    ]);
    purge.prove(small);
    await purge.run(purge.clock.nowMs() + 4 * day);
    expect(await readdir(folder)).toEqual([]);
    await rm(root, { recursive: true });
  });
});
