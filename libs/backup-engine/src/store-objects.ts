import { ObjectStoreError, type ObjectStore } from '@coffer/object-store';
import pRetry from 'p-retry';

const attempts = 6;

/**
 * Stores an object, and tries again while the store cannot be reached. An attempt whose answer was lost may have stored it:
 * an object of the same size under a name that only this run knows is this one.
 *
 * @throws ObjectStoreError
 */
export async function putObject(
  store: ObjectStore,
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const put = async (attempt: number): Promise<void> => {
    try {
      await store.put(path, bytes);
    } catch (error) {
      const isThere = error instanceof ObjectStoreError && error.code === 'already-exists';
      if (attempt === 1 || !isThere || (await store.head(path))?.sizeBytes !== bytes.length) throw error;
    }
  };
  await pRetry(put, {
    retries: attempts - 1,
    minTimeout: 500,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof ObjectStoreError && error.isRetryable,
    ...(signal === undefined ? {} : { signal }),
  });
}
