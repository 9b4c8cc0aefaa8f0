import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnchoredEntry, AnchorEntry } from '@coffer/key-vault';
import { MemoryObjectStore, type ObjectStore } from '@coffer/object-store';
import { openObjectStore } from '@coffer/object-store/node';
import { startS3Fake, type S3Fake } from '@coffer/test-kit/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ObjectAnchor } from './object-anchor';

const entriesOf = (...bytes: number[]): AnchorEntry[] =>
  bytes.map((byte) => ({ entry: new Uint8Array(32).fill(byte), sealedEvent: Uint8Array.of(byte), sealingEpoch: 1 }));
const from = (anchor: ObjectAnchor, first = 0): Promise<AnchoredEntry[]> => Array.fromAsync(anchor.entries(first));

describe('ObjectAnchor', () => {
  let store: ObjectStore;
  let listings = 0;
  let anchor: ObjectAnchor;
  beforeEach(() => {
    const memory = new MemoryObjectStore();
    listings = 0;
    const list = memory.list.bind(memory);
    vi.spyOn(memory, 'list').mockImplementation((...args) => {
      listings++;
      return list(...args);
    });
    store = memory;
    anchor = new ObjectAnchor('s3://anchor', store);
  });
  afterEach(() => vi.restoreAllMocks());

  it('knows nothing where it is empty, and what it was given last also after a restart', async () => {
    expect(await anchor.head()).toBeUndefined();
    await anchor.touch({ size: 0, note: '' });
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    await anchor.append(2, entriesOf(3), { size: 3, note: 'three\n' });
    await anchor.touch({ size: 3, note: 'three\n' });
    const again = new ObjectAnchor('s3://anchor', store);
    expect(await again.head()).toEqual({ size: 3, note: 'three\n' });
    expect((await from(again)).map(({ leafIndex, entry }) => [leafIndex, entry[0]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect((await from(again, 1)).map(({ entry }) => entry[0])).toEqual([2, 3]);
    expect(await from(again, 3)).toEqual([]);
  });

  it.each([1, 2, 3, 7, 64, 500])('finds the last of %d objects in few listings', async (count) => {
    let size = 0;
    for (let made = 0; made < count; made++) {
      const first = size;
      size += 1 + (made % 3);
      await anchor.append(first, entriesOf(...Array.from({ length: size - first }, () => made % 256)), {
        ...{ size, note: `${size}\n` },
      });
    }
    listings = 0;
    const again = new ObjectAnchor('s3://anchor', store);
    expect(await again.head()).toEqual({ size, note: `${size}\n` });
    expect(listings).toBeLessThan(40);
    listings = 0;
    expect((await again.head())?.size).toBe(size);
    expect(listings).toBeLessThan(8);
    expect(await from(again)).toHaveLength(size);
  });

  it('takes the same tree once more, and no other of its size', async () => {
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    const other = anchor.append(0, entriesOf(9), { size: 1, note: 'another\n' });
    await expect(other).rejects.toMatchObject({ code: 'anchor-forked', isRetryable: false });
    expect((await from(anchor)).map(({ entry }) => entry[0])).toEqual([1]);
  });

  it('reads each leaf once where two processes wrote objects that overlap', async () => {
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    await anchor.append(0, entriesOf(1, 2, 3), { size: 3, note: 'three\n' });
    expect((await from(anchor)).map(({ entry }) => entry[0])).toEqual([1, 2, 3]);
  });

  it('says so where an object is gone, cut, of another place, or of another form', async () => {
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    await anchor.append(1, entriesOf(2), { size: 2, note: 'two\n' });
    await anchor.append(2, entriesOf(3), { size: 3, note: 'three\n' });
    const damaged = { code: 'anchor-damaged' };
    const [second, third] = ['bundles/0000000000000002', 'bundles/0000000000000003'];
    const bytes = await store.get(third);
    await store.delete(second);
    await expect(from(anchor)).rejects.toMatchObject(damaged);
    for (const forged of [bytes.slice(0, -1), new Uint8Array(0), await store.get('bundles/0000000000000001')]) {
      await store.delete(third);
      await store.put(third, forged);
      await expect(anchor.head()).rejects.toMatchObject(damaged);
    }
    await store.delete(third);
    await expect(anchor.touch({ size: 3, note: 'three\n' })).rejects.toMatchObject(damaged);
    await store.put('bundles/something', Uint8Array.of(1));
    await expect(anchor.head()).rejects.toMatchObject(damaged);
  });
});

describe('ObjectAnchor in a bucket', () => {
  let fake: S3Fake;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-profile-'));
    fake = await startS3Fake({ buckets: ['anchor'], accessKeyId: 'append-only' });
    const file = join(folder, 'credentials');
    await writeFile(file, '[anchor]\naws_access_key_id = append-only\naws_secret_access_key = none\n');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await fake.close();
    await rm(folder, { recursive: true });
  });

  it('uses a profile of its own, creates, lists and reads, and never replaces or deletes', async () => {
    const url = `s3://anchor/ledger?endpoint=${fake.endpoint}&profile=anchor`;
    const anchor = new ObjectAnchor(url, openObjectStore(url));
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    // The answer to the first try is lost: the second meets its own object.
    fake.faults.arm({ operation: 'PutObject', kind: 'lose-answer' });
    await anchor.append(2, entriesOf(3), { size: 3, note: 'three\n' });
    await anchor.touch({ size: 3, note: 'three\n' });
    expect(await new ObjectAnchor(url, openObjectStore(url)).head()).toEqual({ size: 3, note: 'three\n' });
    expect(await from(anchor)).toHaveLength(3);
    const operations = new Set(fake.requests.map((request) => request.split(' ')[0]));
    expect([...operations].sort()).toEqual(['GetObject', 'HeadObject', 'ListObjectsV2', 'PutObject']);
    expect(fake.bucket('anchor').all()).toHaveLength(2);
  });

  it('refuses a URL with a password, an unknown parameter, or no profile name', () => {
    for (const end of ['profile=a/b', 'profile=', 'secret=x']) {
      expect(() => openObjectStore(`s3://anchor?${end}`)).toThrow(expect.objectContaining({ code: 'invalid-url' }));
    }
  });
});
