import {
  decodePackTable,
  encodeIndex,
  objectIdHex,
  parsePackPath,
  type IndexedPack,
  type IndexPlace,
} from '@coffer/backup-format';
import pLimit from 'p-limit';

import { readIndex } from './chunk-index';
import { BackupEngineError } from './errors';
import type { RunOptions } from './events';
import { throwIfStopped } from './guard';
import type { CurrentHead } from './head-keeper';
import { listPacks } from './pack-list';
import { readPackTable } from './pack-table-reader';
import { Progress } from './progress';
import { readMarksIfReadable } from './prune/prune-marks';
import { NeedsReader } from './prune/snapshot-needs';
import type { Repository } from './repository';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects, type SealedPlace } from './sealed-objects';
import { everCurrent, readStoredSnapshots, type SnapshotInfo } from './snapshots';
import { putObject } from './store-objects';

/** What a rebuild found and did. */
export interface RebuildReport {
  /** Indexes that the snapshots name. */
  readonly indexes: number;
  /** Of these, how many were missing, damaged or lacked a pack, and are there again. */
  readonly rebuilt: number;
  /** Packs whose tables were read, and the chunks in them; 0 where no index lacks anything. */
  readonly packs: number;
  readonly chunks: number;
  /** Paths of packs that could not be read. */
  readonly unreadable: readonly string[];
  /** Paths of damaged indexes that the vault keeps, since a proof relies on them. */
  readonly pinned: readonly string[];
}

const readsAtOnce = 8;

/** An index to be made anew. */
interface LostIndex {
  readonly place: IndexPlace;
  /** Whether an object has its place, and must make room. */
  readonly isThere: boolean;
  /** Packs that it names, where it can be read and lacks others. */
  readonly known: ReadonlySet<string>;
}

/**
 * Makes lost and damaged indexes anew from packs alone, each in the place where it was: so every snapshot that names it reads again,
 * and none has to be signed again. An index names packs of its own epoch and of older ones only: nothing that is newer is sealed
 * under an older key. One that was made while a pack could not be read, or was not listed yet, gets it once it is there.
 *
 * @throws BackupEngineError `no-snapshot`, `stopped`; BackupFormatError `too-large` where the packs do not fit into one index
 */
export async function rebuildIndexes(repository: Repository, options: RunOptions = {}): Promise<RebuildReport> {
  const { access } = repository;
  const current = await repository.head();
  if (current === undefined) throw new BackupEngineError('no-snapshot', 'there is no backup in this repository yet');
  const snapshots = await readableSnapshots(access, current);
  const places = namedIndexes(snapshots);
  const lost: LostIndex[] = [];
  for (const place of places) {
    const code = await faultOf(access, place);
    if (code !== undefined) lost.push({ place, isThere: code === 'damaged', known: new Set() });
  }
  lost.push(...(await incompleteIndexes(access, snapshots)));
  const nothing = { indexes: places.length, rebuilt: 0, packs: 0, chunks: 0, unreadable: [], pinned: [] };
  if (lost.length === 0) return nothing;
  const { packs, unreadable } = await readAllTables(repository, current, options);
  const pinned: string[] = [];
  let rebuilt = 0;
  for (const { place, isThere, known } of lost) {
    throwIfStopped(options.signal);
    const sealedPlace = sealedPlaceOf(place);
    const named = packs.filter(({ epoch }) => epoch <= place.epoch);
    if (known.size > 0 && named.every(({ packId }) => known.has(objectIdHex(packId)))) continue;
    const sealed = await access.objects.seal(sealedPlace, encodeIndex(named));
    const path = SealedObjects.path(sealedPlace);
    // What is damaged makes room only now, when all that takes its place is at hand.
    const removal = isThere ? await access.remover.remove([path], current) : undefined;
    if (removal !== undefined && removal.pinned.length > 0) {
      pinned.push(path);
      continue;
    }
    await putObject(access.store, path, sealed, options.signal);
    rebuilt += 1;
  }
  const chunks = packs.reduce((sum, { table }) => sum + decodePackTable(table).length, 0);
  return { indexes: places.length, rebuilt, packs: packs.length, chunks, unreadable, pinned };
}

/**
 * The tables of all packs in the store, from the packs themselves; of those that prune does not delete.
 *
 * @returns by path; and the paths of packs that could not be read
 */
export async function readAllTables(
  { access }: Pick<Repository, 'access'>,
  current: CurrentHead,
  { onEvent, signal }: RunOptions,
): Promise<{ readonly packs: readonly IndexedPack[]; readonly unreadable: readonly string[] }> {
  const marks = await readMarksIfReadable(access, current);
  const epochs = new Set(access.keyring.epochs.map(({ epoch }) => epoch));
  const stored = [...(await listPacks(access))].filter(
    ([path]) => epochs.has(parsePackPath(path)!.epoch) && marks?.isDecided(path) !== true,
  );
  const progress = new Progress('index', onEvent);
  progress.filesTotal = stored.length;
  const limit = pLimit(readsAtOnce);
  const unreadable: string[] = [];
  const read = async (path: string, sealedBytes: number): Promise<IndexedPack | undefined> => {
    throwIfStopped(signal);
    const pack = await readPackTable(access, path, sealedBytes);
    if (pack === undefined) unreadable.push(path);
    progress.add(0, 1);
    return pack;
  };
  const all = await Promise.all(stored.map(([path, sealedBytes]) => limit(read, path, sealedBytes)));
  progress.tell(true);
  return { packs: all.filter((pack) => pack !== undefined), unreadable: unreadable.sort() };
}

/** Snapshots that were or are current. Those that cannot be read are passed over. */
async function readableSnapshots(access: RepositoryAccess, current: CurrentHead): Promise<readonly SnapshotInfo[]> {
  const marks = await readMarksIfReadable(access, current);
  const { all } = await readStoredSnapshots(access, current);
  return everCurrent(all, current, marks);
}

/** The indexes that snapshots name, each once. */
function namedIndexes(snapshots: readonly SnapshotInfo[]): readonly IndexPlace[] {
  const places = new Map<string, IndexPlace>();
  for (const { summary } of snapshots) {
    for (const place of summary.indexes) places.set(objectIdHex(place.indexId), place);
  }
  return [...places.values()];
}

/** The newest index of each snapshot whose indexes can all be read, and lack a chunk of one of its files. */
async function incompleteIndexes(
  access: RepositoryAccess,
  snapshots: readonly SnapshotInfo[],
): Promise<readonly LostIndex[]> {
  const reader = new NeedsReader(access);
  const found = new Map<string, LostIndex>();
  for (const snapshot of snapshots) {
    const place = snapshot.summary.indexes.at(-1);
    if (place === undefined || !(await isBroken(reader, snapshot))) continue;
    const known = new Set((await readIndex(access, place)).map(({ packId }) => objectIdHex(packId)));
    found.set(objectIdHex(place.indexId), { place, isThere: true, known });
  }
  return [...found.values()];
}

/** @returns false also where an index or the snapshot cannot be read */
async function isBroken(reader: NeedsReader, snapshot: SnapshotInfo): Promise<boolean> {
  try {
    return (await reader.of(snapshot)).isBroken;
  } catch (error) {
    const isLost = error instanceof BackupEngineError && ['damaged', 'missing-object'].includes(error.code);
    if (isLost) return false;
    throw error;
  }
}

async function faultOf(access: RepositoryAccess, place: IndexPlace): Promise<'damaged' | 'missing-object' | undefined> {
  try {
    await readIndex(access, place);
    return undefined;
  } catch (error) {
    if (!(error instanceof BackupEngineError)) throw error;
    if (error.code === 'damaged' || error.code === 'missing-object') return error.code;
    throw error;
  }
}

function sealedPlaceOf({ epoch, indexId }: IndexPlace): SealedPlace {
  return { kind: 'index', epoch, id: indexId };
}
