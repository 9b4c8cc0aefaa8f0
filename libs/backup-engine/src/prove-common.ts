import type { ProofBuilder } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import type { OpenedSnapshot } from './opened-snapshot';
import type { Repository } from './repository';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects } from './sealed-objects';
import { readWholeSnapshot } from './verify';

/** What everything in a snapshot rests on, read for a proof. */
export interface CommonObjects {
  readonly paths: readonly string[];
  /** Of the snapshot and its indexes. */
  readonly sealedBytes: number;
}

/**
 * Reads a snapshot, its indexes, the config and the keyring from the store, and notes them in a proof.
 *
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export async function readCommon(
  repository: Repository,
  snapshot: OpenedSnapshot,
  builder: ProofBuilder,
): Promise<CommonObjects> {
  const { access } = repository;
  const { sealedBytes: snapshotBytes, sealedSha256 } = await readWholeSnapshot(repository, snapshot);
  builder.addObject({ path: snapshot.path, sizeBytes: snapshotBytes, sha256: sealedSha256 });
  const paths = [...(await readFoundations(access, builder)), snapshot.path];
  let sealedBytes = snapshotBytes;
  for (const { epoch, indexId } of snapshot.summary.indexes) {
    const place = { kind: 'index', epoch, id: indexId } as const;
    const { sealed } = await access.objects.openWhole(place);
    const path = SealedObjects.path(place);
    builder.addObject({ path, sizeBytes: sealed.length, sha256: await access.platform.sha256(sealed) });
    paths.push(path);
    sealedBytes += sealed.length;
  }
  return { paths, sealedBytes };
}

/**
 * Config and keyring, fetched again and held against what opened this repository: nothing else opens without them.
 *
 * @returns their paths
 */
async function readFoundations(
  { store, platform, foundations }: RepositoryAccess,
  builder: ProofBuilder,
): Promise<readonly string[]> {
  for (const known of foundations) {
    const { path, sizeBytes } = known;
    const bytes = await readingObject(path, () => store.get(path, { offset: 0, length: sizeBytes + 1 }));
    if (bytes.length !== sizeBytes || !equalBytes(await platform.sha256(bytes), known.sha256)) {
      throw new BackupEngineError('damaged', `an object that all others rest on changed in the store: ${path}`, {
        fields: { path },
      });
    }
    builder.addObject(known);
  }
  return foundations.map(({ path }) => path);
}
