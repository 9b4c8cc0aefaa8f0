import { describe, expect, it } from 'vitest';

import { describeObjectStore } from '../test/object-store-contract';
import { MemoryObjectStore } from './memory-object-store';

describeObjectStore('MemoryObjectStore', async () => new MemoryObjectStore());

describe('MemoryObjectStore', () => {
  it('fails with store-full and keeps what it has when its capacity is reached', async () => {
    const store = new MemoryObjectStore({ capacityBytes: 10 });
    await store.put('a', new Uint8Array(8));
    await expect(store.put('b', new Uint8Array(3))).rejects.toMatchObject({ code: 'store-full', isRetryable: false });
    expect(await store.head('b')).toBeUndefined();
    await store.put('c', new Uint8Array(2));
  });
});
