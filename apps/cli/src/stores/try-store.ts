import { ObjectStoreError } from '@coffer/object-store';
import { openObjectStore, type StoreAccess } from '@coffer/object-store/node';

/** Asks a store for something small, to see whether it takes a sign-in. @throws ObjectStoreError `access-denied`, `unreachable` … */
export async function tryStore(store: string, access: Partial<StoreAccess>): Promise<void> {
  const other = (): Promise<never> =>
    Promise.reject(new ObjectStoreError('invalid-url', 'another store was asked for'));
  const opened = openObjectStore(store, { access: { webdav: other, drive: other, icloud: other, ...access } });
  await opened.list('', { limit: 1 })[Symbol.asyncIterator]().next();
}
