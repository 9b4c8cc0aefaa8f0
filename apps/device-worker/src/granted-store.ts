import { ObjectStoreError, type ByteRange, type ObjectStore } from '@coffer/object-store';

/**
 * One repository behind the vault's gateway, for reading: paths are relative to it.
 *
 * @param repositoryId - base64url of 16 bytes, as the gateway names it
 * @param onBytes - told how many bytes each read brought
 */
export function grantedStore(store: ObjectStore, repositoryId: string, onBytes: (bytes: number) => void): ObjectStore {
  const prefix = `${repositoryId}/`;
  return {
    capabilities: () => store.capabilities(),
    async get(key: string, range?: ByteRange) {
      const bytes = await store.get(prefix + key, range);
      onBytes(bytes.length);
      return bytes;
    },
    getStream: (key, range) => store.getStream(prefix + key, range),
    head: (key) => store.head(prefix + key),
    async *list(keyPrefix, options = {}) {
      const after = options.after === undefined ? {} : { after: prefix + options.after };
      for await (const entry of store.list(prefix + keyPrefix, { ...options, ...after })) {
        yield { ...entry, key: entry.key.slice(prefix.length) };
      }
    },
    put: refuse,
    delete: refuse,
  };
}

async function refuse(): Promise<never> {
  throw new ObjectStoreError('access-denied', 'this device only reads; nothing was changed');
}
