import { objectIdHex, objectPrefixes } from '@coffer/backup-format';
import { formatKeyId, type KeyId } from '@coffer/device-crypto';
import { fromHex, toHex } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import { BackupEngineError } from './errors';
import { PrefixedStore } from './prefixed-store';

/** One repository of a store that holds several. @param repositoryId - 16 bytes */
export function repositoryStore(store: ObjectStore, repositoryId: Uint8Array): ObjectStore {
  return new PrefixedStore(store, `${objectIdHex(repositoryId)}/`);
}

/** The ids (16 bytes each) of all repositories of a store, without reading through their objects. */
export async function listRepositories(store: ObjectStore): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const ids: Uint8Array<ArrayBuffer>[] = [];
  let after: string | undefined;
  for (;;) {
    const next = await firstKey(store, '', after);
    if (next === undefined) return ids;
    const name = next.split('/', 1)[0]!;
    if (/^[0-9a-f]{32}$/.test(name) && next.length > name.length) ids.push(fromHex(name));
    // '0' is the character after '/': the cursor skips everything below this folder.
    after = next === name ? name : `${name}0`;
  }
}

/**
 * The repository that a backup key opens, found by the names of its keyrings.
 *
 * @param wanted - 16 bytes; which one where the key opens several
 * @returns repository id, 16 bytes
 * @throws BackupEngineError `no-repository`, `wrong-key`, `several-repositories`
 */
export async function findRepository(
  store: ObjectStore,
  keyId: KeyId,
  wanted?: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = await listRepositories(store);
  const considered = wanted === undefined ? all : all.filter((id) => toHex(id) === toHex(wanted));
  if (considered.length === 0) {
    const message = 'the store holds no repository; make one with "coffer init", or check the address of the store';
    throw new BackupEngineError('no-repository', message);
  }
  const opened: Uint8Array<ArrayBuffer>[] = [];
  for (const id of considered) {
    const prefix = `${objectIdHex(id)}/${objectPrefixes.keyrings}${toHex(keyId)}-`;
    if ((await firstKey(store, prefix)) !== undefined) opened.push(id);
  }
  const [first] = opened;
  if (first === undefined) {
    throw new BackupEngineError(
      'wrong-key',
      `the repository in this store is sealed with another key than ${formatKeyId(keyId)}; nothing was changed`,
    );
  }
  if (opened.length === 1) return first;
  throw new BackupEngineError(
    'several-repositories',
    `this key opens ${opened.length} repositories: name one of ${opened.map(objectIdHex).join(', ')}`,
  );
}

async function firstKey(store: ObjectStore, prefix: string, after?: string): Promise<string | undefined> {
  for await (const { key } of store.list(prefix, { limit: 1, ...(after === undefined ? {} : { after }) })) return key;
  return undefined;
}
