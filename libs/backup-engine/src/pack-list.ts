import { objectPrefixes, parsePackPath } from '@coffer/backup-format';

import type { PackPlace } from './pack-ranges';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects } from './sealed-objects';

/** Path of a pack within the repository. */
export function packPath({ epoch, packId }: Pick<PackPlace, 'epoch' | 'packId'>): string {
  return SealedObjects.path({ kind: 'pack', epoch, id: packId });
}

/** Paths and sizes of all packs in the store. */
export async function listPacks({ store }: RepositoryAccess): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, sizeBytes } of store.list(objectPrefixes.packs)) {
    if (parsePackPath(key) !== undefined) sizes.set(key, sizeBytes);
  }
  return sizes;
}
