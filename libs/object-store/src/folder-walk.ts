import { isObjectKey, requireKeyPrefix } from './object-key';
import type { ListOptions } from './object-store';

/** One name in a folder of a store that keeps keys as paths. */
export interface FolderName {
  /** Ends in a slash where it is a folder. */
  readonly name: string;
}

/** An object that a walk came by. */
export interface WalkedObject<Name extends FolderName> {
  readonly key: string;
  readonly entry: Name;
}

/**
 * The objects of a store that keeps keys as paths, in the order of their bytes, folder by folder; folders that can hold nothing of
 * what was asked for are not read. Names that cannot be part of a key are passed over.
 *
 * @param read - what is in a folder, named as keys name it: empty, or ending in a slash; nothing where there is none
 */
export async function* walkFolders<Name extends FolderName>(
  read: (folder: string) => Promise<readonly Name[]>,
  prefix: string,
  options: ListOptions = {},
): AsyncGenerator<WalkedObject<Name>, void> {
  requireKeyPrefix(prefix);
  if ((options.limit ?? 1) <= 0) return;
  yield* walk(read, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, options.after ?? '');
}

async function* walk<Name extends FolderName>(
  read: (folder: string) => Promise<readonly Name[]>,
  folder: string,
  prefix: string,
  after: string,
): AsyncGenerator<WalkedObject<Name>, void> {
  // One name is a key of one segment. A folder sorts as its keys do: with the slash that comes after its name in them.
  const names = (await read(folder)).filter(({ name }) => isObjectKey(name.replace(/\/$/, '')));
  for (const entry of [...names].sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const key = folder + entry.name;
    if (entry.name.endsWith('/')) {
      const canHold = key.startsWith(prefix) || prefix.startsWith(key);
      if (canHold && (key > after || after.startsWith(key))) yield* walk(read, key, prefix, after);
    } else if (key > after && key.startsWith(prefix)) {
      yield { key, entry };
    }
  }
}
