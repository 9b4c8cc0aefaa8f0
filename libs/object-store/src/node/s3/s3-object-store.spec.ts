import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sha256 } from '@coffer/crypto/node';
import { seed } from '@coffer/test-kit';
import { startS3Fake, type S3Fake } from '@coffer/test-kit/node';

import { describeObjectStore } from '../../../test/object-store-contract';
import { S3ObjectStore } from './s3-object-store';

const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
let fake: S3Fake;
let prefixes = 0;

beforeAll(async () => {
  fake = await startS3Fake({ buckets: ['sealed'], accessKeyId: credentials.accessKeyId });
});
afterAll(() => fake.close());

function freshStore(options: { readonly maxAttempts?: number } = {}): S3ObjectStore {
  prefixes += 1;
  return new S3ObjectStore({
    bucket: 'sealed',
    prefix: `run/${prefixes}`,
    endpoint: fake.endpoint,
    credentials,
    ...options,
  });
}

describeObjectStore('S3ObjectStore', async () => freshStore());

// A real endpoint, e.g. COFFER_S3_ENDPOINT=https://host COFFER_S3_BUCKET=bucket with AWS_ACCESS_KEY_ID and so on.
const endpoint = process.env['COFFER_S3_ENDPOINT'];
if (endpoint !== undefined) {
  const run = Date.now().toString(36);
  describeObjectStore(`S3ObjectStore at COFFER_S3_ENDPOINT`, async () => {
    prefixes += 1;
    return new S3ObjectStore({
      bucket: process.env['COFFER_S3_BUCKET'] ?? 'coffer-contract',
      prefix: `contract-${run}-${prefixes}`,
      endpoint,
    });
  });
}

describe('S3ObjectStore', () => {
  describe('put', () => {
    it('tries again after 429 and 5xx, honouring Retry-After', async () => {
      const store = freshStore();
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', keyPart: '/k', status: 429, retryAfterSeconds: 1 });
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', keyPart: '/k', status: 503, code: 'SlowDown' });
      const before = performance.now();
      await store.put('k', seed('k'));
      expect(performance.now() - before).toBeGreaterThanOrEqual(950);
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('gives up with unreachable when the tries are used up', async () => {
      const store = freshStore({ maxAttempts: 2 });
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', keyPart: '/k', status: 500, times: 2 });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
    });

    it('succeeds when the answer of its own first try was lost', async () => {
      const store = freshStore();
      // From here on it does not look first.
      await store.capabilities();
      fake.faults.arm({ kind: 'lose-answer', operation: 'PutObject', keyPart: '/k' });
      await store.put('k', seed('k'));
      fake.faults.arm({ kind: 'lose-answer', operation: 'PutObject', keyPart: '/k' });
      await expect(store.put('k', seed('other'))).rejects.toMatchObject({ code: 'already-exists' });
    });

    it('looks first and writes then where the store has no If-None-Match, and says so', async () => {
      const store = freshStore();
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', keyPart: '/k', status: 501, code: 'NotImplemented' });
      await store.put('k', seed('k'));
      expect(await store.capabilities()).toEqual({ conditionalCreate: false });
      fake.faults.arm({ kind: 'refuse', operation: 'PutObject', keyPart: '/k', status: 501, code: 'NotImplemented' });
      await expect(store.put('k', seed('k2'))).rejects.toMatchObject({ code: 'already-exists' });
    });

    it('looks first where the store takes If-None-Match and overwrites, and says so', async () => {
      const over = await startS3Fake({ buckets: ['b'], overwrites: 'always' });
      const store = new S3ObjectStore({ bucket: 'b', endpoint: over.endpoint, credentials });
      await store.put('heads/2', seed('one device'));
      await expect(store.put('heads/2', seed('another'))).rejects.toMatchObject({ code: 'already-exists' });
      expect(await store.get('heads/2')).toEqual(seed('one device'));
      expect(await store.capabilities()).toEqual({ conditionalCreate: false });
      await over.close();
    });

    it('is tried by what stays where nothing may be removed, and leaves one object of it', async () => {
      const locked = await startS3Fake({ buckets: ['b'] });
      locked.bucket('b').versioning = 'Enabled';
      for (const name of ['first', 'second', 'third']) {
        locked.faults.arm({ kind: 'refuse', operation: 'DeleteObject', status: 403, code: 'AccessDenied' });
        const store = new S3ObjectStore({ bucket: 'b', endpoint: locked.endpoint, credentials });
        await store.put(name, seed(name));
        expect(await store.capabilities()).toEqual({ conditionalCreate: true });
      }
      expect(locked.bucket('b').all()).toHaveLength(4);
      await locked.close();
    });

    it('fails with store-full, and does not try again, when there is no room', async () => {
      const full = await startS3Fake({ buckets: ['b'], capacityBytes: 100 });
      const store = new S3ObjectStore({ bucket: 'b', endpoint: full.endpoint, credentials, maxAttempts: 2 });
      await expect(store.put('k', seed('k', 101))).rejects.toMatchObject({ code: 'store-full', isRetryable: false });
      await full.close();
    });
  });

  describe('get', () => {
    it('goes on where the connection broke', async () => {
      const store = freshStore();
      const bytes = seed('long', 400_000);
      await store.put('k', bytes);
      fake.faults.arm({ kind: 'cut-body', operation: 'GetObject', afterBytes: 100_000 });
      fake.faults.arm({ kind: 'cut-body', operation: 'GetObject', afterBytes: 1 });
      expect(Buffer.from(await store.get('k')).equals(bytes)).toBe(true);
    });

    it('gives up with unreachable when nothing more comes', async () => {
      const store = freshStore();
      await store.put('k', seed('long', 400_000));
      fake.faults.arm({ kind: 'cut-body', operation: 'GetObject', afterBytes: 0, times: 10 });
      await expect(store.get('k')).rejects.toMatchObject({ code: 'unreachable' });
      fake.faults.clear();
    });
  });

  describe('head', () => {
    it('tells no SHA-256 of what other programs stored in parts: theirs is a hash of hashes', async () => {
      const store = freshStore();
      const hash = sha256(seed('k'));
      await store.put('k', seed('k'), { sha256: hash });
      expect((await store.head('k'))?.sha256).toEqual(hash);
      const version = fake.bucket('sealed').current(`run/${prefixes}/k`)!;
      fake.bucket('sealed').add({ ...version, checksumSha256: `${Buffer.from(hash).toString('base64')}-2` });
      expect(await store.head('k')).toEqual({ sizeBytes: seed('k').length });
    });
  });

  it('fails with access-denied for credentials that the store refuses', async () => {
    const wrong = { accessKeyId: 'unknown', secretAccessKey: 'x' };
    const store = new S3ObjectStore({ bucket: 'sealed', endpoint: fake.endpoint, credentials: wrong });
    await expect(store.get('k')).rejects.toMatchObject({ code: 'access-denied' });
    await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'access-denied' });
  });

  it('says which variables are missing where there are no credentials at all', async () => {
    const store = new S3ObjectStore({
      bucket: 'sealed',
      endpoint: fake.endpoint,
      profile: 'coffer-has-no-such-profile',
    });
    await expect(store.get('k')).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('AWS_ACCESS_KEY_ID') as string,
    });
  });

  it('fails with unreachable when nobody listens, and with invalid-url when there is no such bucket', async () => {
    const gone = await startS3Fake();
    await gone.close();
    const store = new S3ObjectStore({ bucket: 'b', endpoint: gone.endpoint, credentials, maxAttempts: 2 });
    await expect(store.get('k')).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
    const other = new S3ObjectStore({ bucket: 'no-such-bucket', endpoint: fake.endpoint, credentials });
    await expect(other.put('k', seed('k'))).rejects.toMatchObject({ code: 'invalid-url' });
  });

  it('never puts a credential into an error', async () => {
    const store = new S3ObjectStore({ bucket: 'no-such-bucket', endpoint: fake.endpoint, credentials });
    const error: unknown = await store.put('k', seed('k')).catch((reason: unknown) => reason);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/test-(access|secret)-key/);
  });
});
