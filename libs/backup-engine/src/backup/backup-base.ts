import { objectIdHex, parsePackPath, type IndexedPack, type IndexPlace } from '@coffer/backup-format';
import pLimit from 'p-limit';

import { loadPacks } from '../chunk-index';
import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import { listPacks, packPath } from '../pack-list';
import { readPackTable } from '../pack-table-reader';
import { readMarksIfReadable } from '../prune/prune-marks';
import { NeedsReader } from '../prune/snapshot-needs';
import type { Repository } from '../repository';
import type { RepositoryAccess } from '../repository-access';
import { OpenedSnapshot } from '../opened-snapshot';
import { placeOf } from '../sealed-objects';
import { openSummary } from '../snapshots';

/** What a head makes valid. */
export interface HeadState {
  readonly current: CurrentHead | undefined;
  /** The snapshot that it names; undefined where there is no backup yet. */
  readonly snapshot: OpenedSnapshot | undefined;
  readonly indexes: readonly IndexPlace[];
  /** Packs that the indexes name, in their order. */
  readonly packs: readonly IndexedPack[];
  /** Paths and sizes of all packs in the store. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Whether prune leaves a pack alone, so that it may be built on. @param path - of a pack, named by an index or not */
  readonly isKept: (path: string) => boolean;
  /** Whether prune took a pack of the indexes, or is about to. */
  readonly isPruned: (path: string) => boolean;
  /** Whether prune has decided to delete a pack, as far as that can be told. */
  readonly isDoomed: (path: string) => boolean;
  /** Whether the list that the head names could be read. */
  readonly isPruneListLost: boolean;
}

/** What a backup builds on. */
export interface BackupBase extends HeadState {
  /** Packs of the indexes that are in the store at their size and stay. Chunks of others count as lost and are stored again. */
  readonly present: readonly IndexedPack[];
  /** Packs that an interrupted run left in the store. */
  readonly adopted: readonly IndexedPack[];
}

const readsAtOnce = 8;

/** Reads what the current head makes valid. */
export async function readHeadState(repository: Repository): Promise<HeadState> {
  const current = await repository.head();
  const { access } = repository;
  const sizes = await listPacks(access);
  const nothing = (): boolean => false;
  const everything = { isKept: () => true, isPruned: nothing, isDoomed: nothing, isPruneListLost: false };
  if (current === undefined) return { current, snapshot: undefined, indexes: [], packs: [], sizes, ...everything };
  const { epoch, snapshotId } = current.head;
  const snapshot = new OpenedSnapshot(await openSummary(access, placeOf('snapshot', epoch, snapshotId)));
  const { indexes } = snapshot.summary;
  const packs = await loadPacks(access, indexes);
  const known = { current, snapshot, indexes, packs, sizes };
  if (current.head.pruneGeneration === 0) return { ...known, ...everything };
  return { ...known, ...(await whatPruneLeaves(access, current, known)) };
}

/**
 * Packs that are marked are not built on, but for those that the current snapshot needs: prune sees that before it deletes.
 * Where the list is lost, nothing else is certain to stay.
 */
async function whatPruneLeaves(
  access: RepositoryAccess,
  current: CurrentHead,
  { packs, sizes }: Pick<HeadState, 'packs' | 'sizes'>,
): Promise<Pick<HeadState, 'isKept' | 'isPruned' | 'isDoomed' | 'isPruneListLost'>> {
  const marks = await readMarksIfReadable(access, current);
  const isMarked = (path: string): boolean => marks === undefined || marks.get(path) !== undefined;
  const isAbsent = (path: string): boolean => !sizes.has(path);
  const isAnyInDoubt = [...sizes.keys()].some(isMarked) || packs.some((pack) => isAbsent(packPath(pack)));
  const needed = isAnyInDoubt ? await packsOfCurrent(access, current) : new Map<string, number>();
  return {
    isKept: (path) => needed.has(path) || !isMarked(path),
    isPruned: (path) => !needed.has(path) && (isMarked(path) || isAbsent(path)),
    isDoomed: (path) => marks === undefined || marks.isDecided(path),
    isPruneListLost: marks === undefined,
  };
}

/** Packs that the current snapshot needs; none where it is damaged, which must not keep a new backup from being made. */
async function packsOfCurrent(access: RepositoryAccess, { head }: CurrentHead): Promise<ReadonlyMap<string, number>> {
  try {
    return (await new NeedsReader(access).of({ epoch: head.epoch, idHex: head.snapshotId })).packs;
  } catch (error) {
    const isLost = error instanceof BackupEngineError && ['damaged', 'missing-object'].includes(error.code);
    if (isLost) return new Map();
    throw error;
  }
}

/**
 * Reads the state, looks which packs are really there and stay, and adopts those that no index names yet.
 *
 * @param distrusted - paths of packs that count as lost wherever they are
 */
export async function readBase(
  repository: Repository,
  distrusted: ReadonlySet<string> = new Set(),
): Promise<BackupBase> {
  const state = await readHeadState(repository);
  const present = state.packs.filter((pack) => isUsable(state, pack) && !distrusted.has(packPath(pack)));
  const named = new Set(state.packs.map(packPath));
  const limit = pLimit(readsAtOnce);
  const isOrphan = (path: string): boolean => !named.has(path) && state.isKept(path) && !distrusted.has(path);
  const orphans = [...state.sizes].filter(([path]) => isOrphan(path));
  const adopted = await Promise.all(orphans.map(([path, size]) => limit(() => adopt(repository.access, path, size))));
  // The list was there before anything that this run will store, so it cannot speak of that.
  const isDoomed = (): boolean => false;
  return { ...state, isDoomed, present, adopted: adopted.filter((pack) => pack !== undefined) };
}

/** Whether a pack is in the store at its size, and stays there. */
export function isUsable({ sizes, isKept }: HeadState, pack: IndexedPack): boolean {
  const path = packPath(pack);
  return sizes.get(path) === pack.sealedBytes && isKept(path);
}

/** The table of a pack that no index names. One that was written under an older key is of no use once that epoch is over. */
async function adopt(access: RepositoryAccess, path: string, sealedBytes: number): Promise<IndexedPack | undefined> {
  const isCurrent = parsePackPath(path)!.epoch === access.keyring.epochs.at(-1)!.epoch;
  return isCurrent ? readPackTable(access, path, sealedBytes) : undefined;
}

/** How many chunks the tables of packs name, at most: an entry has no fewer bytes than its id and four numbers. */
export function mostChunksOf(packs: readonly IndexedPack[]): number {
  return packs.reduce((sum, pack) => sum + Math.ceil(pack.table.length / 38), 0);
}

/** Text form of a pack id. */
export function packKey({ packId }: Pick<IndexedPack, 'packId'>): string {
  return objectIdHex(packId);
}
