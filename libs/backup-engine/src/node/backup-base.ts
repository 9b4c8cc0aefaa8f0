import {
  decodePackTable,
  objectIdHex,
  packTablePlace,
  parsePackPath,
  type IndexedPack,
  type IndexPlace,
} from '@coffer/backup-format';
import { fromHex } from '@coffer/foundation';
import pLimit from 'p-limit';

import { loadPacks } from '../chunk-index';
import { BackupEngineError } from '../errors';
import { readingObject } from '../guard';
import type { CurrentHead } from '../head-keeper';
import { listPacks, packPath } from '../pack-list';
import type { Repository } from '../repository';
import type { RepositoryAccess } from '../repository-access';
import { placeOf } from '../sealed-objects';
import { openSummary } from '../snapshots';

/** What a head makes valid. */
export interface HeadState {
  readonly current: CurrentHead | undefined;
  readonly indexes: readonly IndexPlace[];
  /** Packs that the indexes name, in their order. */
  readonly packs: readonly IndexedPack[];
}

/** What a backup builds on. */
export interface BackupBase extends HeadState {
  /** Packs of the indexes that are in the store at their size. Chunks of others count as lost and are stored again. */
  readonly present: readonly IndexedPack[];
  /** Packs that an interrupted run left in the store. */
  readonly adopted: readonly IndexedPack[];
}

const readsAtOnce = 8;

/** Reads what the current head makes valid. */
export async function readHeadState(repository: Repository): Promise<HeadState> {
  const current = await repository.head();
  if (current === undefined) return { current, indexes: [], packs: [] };
  const { access } = repository;
  const { epoch, snapshotId } = current.head;
  const { summary } = await openSummary(access, placeOf('snapshot', epoch, snapshotId));
  return { current, indexes: summary.indexes, packs: await loadPacks(access, summary.indexes) };
}

/** Reads the state, looks which packs are really there, and adopts those that no index names yet. */
export async function readBase(repository: Repository): Promise<BackupBase> {
  const state = await readHeadState(repository);
  const sizes = await listPacks(repository.access);
  const present = state.packs.filter((pack) => sizes.get(packPath(pack)) === pack.sealedBytes);
  const named = new Set(state.packs.map(packPath));
  const limit = pLimit(readsAtOnce);
  const orphans = [...sizes].filter(([path]) => !named.has(path));
  const adopted = await Promise.all(orphans.map(([path, size]) => limit(() => adopt(repository.access, path, size))));
  return { ...state, present, adopted: adopted.filter((pack) => pack !== undefined) };
}

/**
 * Reads the table of a pack that no index names. What cannot be read is left alone: it may be another device's, or rubbish.
 */
async function adopt(access: RepositoryAccess, path: string, sealedBytes: number): Promise<IndexedPack | undefined> {
  const { epoch, idHex } = parsePackPath(path)!;
  // Written under an older key: of no use once that epoch is over.
  if (epoch !== access.keyring.epochs.at(-1)!.epoch) return undefined;
  const packId = fromHex(idHex);
  try {
    const reader = await access.objects.openReader({ kind: 'pack', epoch, id: packId }, sealedBytes);
    await reader.authenticateSize();
    const { plainSize } = reader;
    const lastBytes = await reader.read(Math.max(0, plainSize - 4), Math.min(4, plainSize));
    return await readingObject(path, async () => {
      const { tableOffset, tableLength } = packTablePlace(plainSize, lastBytes);
      const table = await reader.read(tableOffset, tableLength);
      decodePackTable(table);
      return { epoch, packId, sealedBytes, table };
    });
  } catch (error) {
    if (error instanceof BackupEngineError) return undefined;
    throw error;
  }
}

/** How many chunks the tables of packs name, at most: an entry has no fewer bytes than its id and four numbers. */
export function mostChunksOf(packs: readonly IndexedPack[]): number {
  return packs.reduce((sum, pack) => sum + Math.ceil(pack.table.length / 38), 0);
}

/** Text form of a pack id. */
export function packKey({ packId }: Pick<IndexedPack, 'packId'>): string {
  return objectIdHex(packId);
}
