import { createSha256 } from '@coffer/crypto/node';
import { fromBase64Url, toHex } from '@coffer/foundation';
import { ObjectStoreError, type ObjectStore } from '@coffer/object-store';
import type { RepositoryReader } from '@coffer/purge';

/** The worker's own look at sealed objects in the operator's store (docs/format/v1.md, "Layout"). Opens none of them. */
export function repositoryReader(store: ObjectStore): RepositoryReader {
  const key = (repositoryId: string, path: string): string => `${toHex(fromBase64Url(repositoryId))}/${path}`;
  return {
    measure: async (repositoryId, path) => {
      try {
        const { content } = await store.getStream(key(repositoryId, path));
        const hash = createSha256();
        let sizeBytes = 0;
        for await (const piece of content) {
          hash.update(piece);
          sizeBytes += piece.length;
        }
        return { sizeBytes, sha256: hash.digest() };
      } catch (error) {
        if (error instanceof ObjectStoreError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
    sizeOf: async (repositoryId, path) => (await store.head(key(repositoryId, path)))?.sizeBytes,
  };
}
