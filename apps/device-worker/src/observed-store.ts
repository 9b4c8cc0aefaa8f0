import { ObjectStoreError, type ByteRange, type ObjectInfo, type ObjectStore } from '@coffer/object-store';

/**
 * A store behind the portal that tells how many bytes each read brought. Sizes are asked for by reading one byte: the
 * portal's server cannot send Content-Length with an answer to HEAD, but a range names the size of the whole.
 */
export function observedStore(store: ObjectStore, onBytes: (bytes: number) => void): ObjectStore {
  return {
    capabilities: () => store.capabilities(),
    async get(key: string, range?: ByteRange) {
      const bytes = await store.get(key, range);
      onBytes(bytes.length);
      return bytes;
    },
    getStream: (key, range) => store.getStream(key, range),
    head: (key) => sizeByRange(store, key),
    list: (prefix, options) => store.list(prefix, options),
    put: (key, content, options) => store.put(key, content, options),
    delete: (key) => store.delete(key),
  };
}

async function sizeByRange(store: ObjectStore, key: string): Promise<ObjectInfo | undefined> {
  try {
    const { sizeBytes, content } = await store.getStream(key, { offset: 0, length: 1 });
    for await (const _ of content) break;
    return { sizeBytes };
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    if (error.code === 'not-found') return undefined;
    if (error.code === 'invalid-range') return { sizeBytes: 0 };
    throw error;
  }
}
