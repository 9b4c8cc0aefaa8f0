import type { ByteRange, ObjectStore } from '@coffer/object-store';

/** A store that tells how many bytes each read brought. */
export function observedStore(store: ObjectStore, onBytes: (bytes: number) => void): ObjectStore {
  return {
    capabilities: () => store.capabilities(),
    async get(key: string, range?: ByteRange) {
      const bytes = await store.get(key, range);
      onBytes(bytes.length);
      return bytes;
    },
    getStream: (key, range) => store.getStream(key, range),
    head: (key) => store.head(key),
    list: (prefix, options) => store.list(prefix, options),
    put: (key, content, options) => store.put(key, content, options),
    delete: (key) => store.delete(key),
  };
}
