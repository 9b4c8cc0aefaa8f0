import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { seed } from '@coffer/test-kit';
import { startS3Fake, type S3Fake } from '@coffer/test-kit/node';

import { describeObjectStore } from '../../../test/object-store-contract';
import { S3ObjectStore } from './s3-object-store';

const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
const partBytes = 65_536;
let fake: S3Fake;
let prefixes = 0;

beforeAll(async () => {
  fake = await startS3Fake({ buckets: ['sealed'], smallestPartBytes: partBytes });
  fake.bucket('sealed').versioning = 'Enabled';
});
afterEach(() => {
  fake.faults.clear();
  fake.bucket('sealed').versioning = 'Enabled';
});
afterAll(() => fake.close());

function freshStore(): S3ObjectStore {
  prefixes += 1;
  const prefix = `run/${prefixes}`;
  return new S3ObjectStore({ bucket: 'sealed', prefix, endpoint: fake.endpoint, credentials, partBytes });
}

/** Versions and markers below the prefix of the last store. */
const kept = (): number =>
  fake
    .bucket('sealed')
    .all()
    .filter(({ key }) => key.startsWith(`run/${prefixes}/`)).length;

/** Writes over an object, and lays a marker, as other programs do. */
async function overwrite(store: S3ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  await hide(key);
  await store.put(key, bytes);
}

async function hide(key: string): Promise<void> {
  await fetch(`${fake.endpoint}/sealed/run/${prefixes}/${key}`, { method: 'DELETE' });
}

describeObjectStore('S3ObjectStore in parts, in a bucket with versions', async () => freshStore());

describe('S3ObjectStore in a bucket with versions', () => {
  describe('delete', () => {
    it('leaves no version and no marker of its key, and all of others', async () => {
      const store = freshStore();
      for (const text of ['1', '2', '3']) await overwrite(store, 'k', seed(text));
      await store.put('k-longer', seed('other'));
      await store.put('k/below', seed('other'));
      expect(kept()).toBe(8);
      await store.delete('k');
      expect(kept()).toBe(2);
      expect(await store.head('k')).toBeUndefined();
    });

    it('deletes also where versions are suspended, and where the store tells of none', async () => {
      const store = freshStore();
      await store.put('before', seed('k'));
      fake.bucket('sealed').versioning = 'Suspended';
      await overwrite(store, 'before', seed('k2'));
      await store.put('after', seed('k'));
      await store.delete('before');
      await store.delete('after');
      expect(kept()).toBe(0);
      fake.bucket('sealed').versioning = 'Enabled';
      await overwrite(store, 'k', seed('k'));
      fake.faults.arm({ kind: 'refuse', operation: 'HeadObject', status: 200 });
      await store.delete('k');
      expect(kept()).toBe(0);
    });

    it('goes over all pages of a long history', async () => {
      const store = freshStore();
      await store.put('k', seed('k'));
      const [version] = fake.bucket('sealed').versionsOf(`run/${prefixes}/k`);
      for (let index = 0; index < 1200; index++) fake.bucket('sealed').add({ ...version!, versionId: `v${index}` });
      await store.delete('k');
      expect(kept()).toBe(0);
    });

    it('never shows what was there before while it goes on, and goes on where it was cut off', async () => {
      const store = freshStore();
      for (const text of ['1', '2', '3']) await overwrite(store, 'k', seed(text));
      const [, , middle] = fake.bucket('sealed').versionsOf(`run/${prefixes}/k`);
      fake.faults.arm({ kind: 'refuse', operation: 'DeleteObject', keyPart: `?${middle!.versionId}`, status: 400 });
      await expect(store.delete('k')).rejects.toMatchObject({ code: 'unreachable' });
      expect(await store.get('k')).toEqual(seed('3'));
      expect(kept()).toBeLessThan(5);
      await store.delete('k');
      expect(kept()).toBe(0);
    });

    it('says so where a lock keeps a version, and leaves the object in sight', async () => {
      const store = freshStore();
      await store.put('k', seed('k'));
      const [version] = fake.bucket('sealed').versionsOf(`run/${prefixes}/k`);
      version!.hasLegalHold = true;
      const refusal = { code: 'access-denied', isRetryable: false, message: expect.stringContaining('lock') as string };
      await expect(store.delete('k')).rejects.toMatchObject(refusal);
      expect(await store.get('k')).toEqual(seed('k'));
      version!.hasLegalHold = false;
      await store.delete('k');
      expect(kept()).toBe(0);
    });

    it('says so where the policy does not let it list or delete versions, and lays no marker', async () => {
      const store = freshStore();
      await store.put('k', seed('k'));
      fake.faults.arm({ kind: 'refuse', operation: 'ListObjectVersions', status: 403, code: 'AccessDenied' });
      await expect(store.delete('k')).rejects.toMatchObject({ code: 'access-denied' });
      fake.faults.arm({ kind: 'refuse', operation: 'DeleteObject', status: 403, code: 'AccessDenied' });
      await expect(store.delete('k')).rejects.toMatchObject({ code: 'access-denied' });
      expect(await store.get('k')).toEqual(seed('k'));
      expect(kept()).toBe(1);
    });
  });

  describe('get', () => {
    const bytes = seed('long', 400_000);
    const cut = { kind: 'cut-body', operation: 'GetObject', afterBytes: 100_000 } as const;

    it('goes on with the version that it began with, whatever lies above it by then', async () => {
      const store = freshStore();
      await store.put('k', bytes);
      fake.faults.arm(cut);
      const { content } = await store.getStream('k');
      await overwrite(store, 'k', seed('another'));
      await hide('k');
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    });

    it('goes on by ETag where it may not name a version', async () => {
      const store = freshStore();
      await store.put('k', bytes);
      const [version] = fake.bucket('sealed').versionsOf(`run/${prefixes}/k`);
      fake.faults.arm(cut);
      fake.faults.arm({ kind: 'refuse', operation: 'GetObject', keyPart: `?${version!.versionId}`, status: 403 });
      expect(Buffer.from(await store.get('k')).equals(bytes)).toBe(true);
    });
  });

  it('leaves neither version nor marker of what it tried', async () => {
    const store = freshStore();
    await store.capabilities();
    await store.put('k', seed('k', partBytes + 1));
    expect(kept()).toBe(1);
    expect(fake.bucket('sealed').uploads.size).toBe(0);
  });
});
