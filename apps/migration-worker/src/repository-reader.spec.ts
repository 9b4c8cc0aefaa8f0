import { randomBytes, sha256 } from '@coffer/crypto';
import { toBase64Url, toHex } from '@coffer/foundation';
import { MemoryObjectStore, ObjectStoreError, type ObjectStore } from '@coffer/object-store';
import { describe, expect, it } from 'vitest';
import { repositoryReader } from './repository-reader';

const repositoryId = randomBytes(16);
const id = toBase64Url(repositoryId);

describe('repositoryReader', () => {
  it('measures what lies under the id in hexadecimal, and knows what is not there', async () => {
    const store = new MemoryObjectStore();
    const bytes = randomBytes(70_000);
    await store.put(`${toHex(repositoryId)}/packs/1/aa/p`, bytes);
    const reader = repositoryReader(store);
    expect(await reader.measure(id, 'packs/1/aa/p')).toEqual({ sizeBytes: 70_000, sha256: sha256(bytes) });
    expect(await reader.sizeOf(id, 'packs/1/aa/p')).toBe(70_000);
    expect(await reader.measure(id, 'packs/1/aa/q')).toBeUndefined();
    expect(await reader.sizeOf(id, 'packs/1/aa/q')).toBeUndefined();
  });

  it('takes a store that does not answer for no answer, never for an object that is gone', async () => {
    const store: Pick<ObjectStore, 'getStream' | 'head'> = {
      getStream: () => Promise.reject(new ObjectStoreError('unreachable', 'the store does not answer')),
      head: () => Promise.reject(new ObjectStoreError('access-denied', 'the store refused')),
    };
    const reader = repositoryReader(store as ObjectStore);
    await expect(reader.measure(id, 'config')).rejects.toMatchObject({ code: 'unreachable' });
    await expect(reader.sizeOf(id, 'config')).rejects.toMatchObject({ code: 'access-denied' });
  });
});
