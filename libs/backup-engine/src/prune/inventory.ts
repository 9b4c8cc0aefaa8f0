import {
  objectPrefixes,
  parseIndexPath,
  parsePackPath,
  parsePrunePath,
  parseSnapshotPath,
  type ObjectPlace,
} from '@coffer/backup-format';

import type { RepositoryAccess } from '../repository-access';

/** The kinds of objects that prune may delete, in the order in which it does: what names others goes first. */
export const prunableKinds = ['snapshots', 'indexes', 'packs', 'prune'] as const;
export type PrunableKind = (typeof prunableKinds)[number];

/** One object that prune may look at. */
export interface StoredObject {
  readonly path: string;
  readonly kind: PrunableKind;
  readonly sizeBytes: number;
}

const placeIn: Readonly<Record<PrunableKind, (path: string) => ObjectPlace | number | undefined>> = {
  snapshots: parseSnapshotPath,
  indexes: parseIndexPath,
  packs: parsePackPath,
  prune: parsePrunePath,
};

/**
 * All snapshots, indexes, packs and prune lists in the store. Objects with other names, and those of an epoch that the keyring
 * does not hold, are nobody's to delete: they may be of a rotation that is under way.
 */
export async function listPrunable({ store, keyring }: RepositoryAccess): Promise<ReadonlyMap<string, StoredObject>> {
  const epochs = new Set(keyring.epochs.map(({ epoch }) => epoch));
  const found = new Map<string, StoredObject>();
  for (const kind of prunableKinds) {
    for await (const { key: path, sizeBytes } of store.list(objectPrefixes[kind])) {
      const place = placeIn[kind](path);
      if (place === undefined || (typeof place === 'object' && !epochs.has(place.epoch))) continue;
      found.set(path, { path, kind, sizeBytes });
    }
  }
  return found;
}
