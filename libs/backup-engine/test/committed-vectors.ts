import { workspaceData } from '@coffer/test-kit';

import { decodeVector, type CommittedVector, type StoredVector, type VectorFile } from './vector-file';

export type { CommittedVector, Expected, VectorFile } from './vector-file';

const folder = 'libs/backup-format/vectors';

/** All of them, as they lie on disk. @throws Error where there are suspiciously few */
export function storedVectors(): readonly StoredVector[] {
  const data = workspaceData();
  const names = data.names(folder).filter((name) => !name.includes('.'));
  if (names.length < 100) throw new Error(`${names.length} vectors in ${folder}: where are the others?`);
  return names.map((name) => ({
    name,
    file: data.json(folder, name, 'vector.json') as VectorFile,
    objects: data.json(folder, name, 'objects.json') as Readonly<Record<string, string>>,
  }));
}

/** All of them. @throws Error where there are suspiciously few */
export function committedVectors(): readonly CommittedVector[] {
  return storedVectors().map(decodeVector);
}
