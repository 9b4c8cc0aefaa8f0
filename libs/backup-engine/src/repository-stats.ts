import { decodePackTable } from '@coffer/backup-format';

import { ChunkTable } from './chunk-table';
import { BackupEngineError } from './errors';
import { loadPacks, readIndex, type ReadIndex } from './chunk-index';
import { packPath } from './pack-list';
import { prunableKinds, type PrunableKind } from './prune/inventory';
import { planPrune, type PrunePlan } from './prune/plan-prune';
import type { RetentionPolicy } from './prune/retention';
import type { Repository } from './repository';

/** Objects and their size in the store. */
export interface StoredAmount {
  readonly objects: number;
  readonly bytes: number;
}

/** How much a repository holds, and how much room it takes. */
export interface RepositoryStats {
  readonly snapshots: number;
  /** Items of the current snapshot. */
  readonly items: { readonly files: number; readonly folders: number; readonly links: number };
  readonly conversations: number;
  readonly messages: number;
  /** What restoring every snapshot would write: before de-duplication. */
  readonly snapshotBytes: number;
  /** Distinct chunks that the indexes of the snapshots name, and their raw size: after de-duplication, before compression. */
  readonly chunks: number;
  readonly rawBytes: number;
  /** The same chunks as they are stored: after compression. */
  readonly compressedBytes: number;
  /** What lies in the store, sealed, padding included. */
  readonly stored: Readonly<Record<PrunableKind, StoredAmount>>;
  /** What prune would free with this policy, at once and once a day has gone by. */
  readonly unneeded: StoredAmount;
}

/**
 * Counts. Reads all snapshots and indexes, no pack.
 *
 * @param policy - of the prune that is asked about; with none every snapshot stays
 * @throws BackupEngineError `no-snapshot`; `damaged`, `missing-object` where a snapshot or an index cannot be read
 */
export async function readStats(repository: Repository, policy?: RetentionPolicy): Promise<RepositoryStats> {
  const { access } = repository;
  const pinned = await access.remover.pinnedSnapshots();
  const plan = await planPrune(access, await repository.head(), { policy }, pinned);
  if (plan === undefined) throw new BackupEngineError('no-snapshot', 'there is no backup in this repository yet');
  const dated = [...plan.retained.keys(), ...plan.leaving];
  const { counts } = dated.find(({ isCurrent }) => isCurrent)!.summary;
  const { files, folders, links, conversations, messages } = counts;
  const unneeded = amountOf([...plan.newlyMarked, ...plan.waiting, ...plan.decided].map(({ sizeBytes }) => sizeBytes));
  const stored = Object.fromEntries(prunableKinds.map((kind) => [kind, amountOf(sizesOf(plan, kind))])) as Record<
    PrunableKind,
    StoredAmount
  >;
  return {
    snapshots: dated.length,
    items: { files, folders, links },
    ...{ conversations, messages, stored, unneeded },
    snapshotBytes: dated.reduce((sum, { summary }) => sum + summary.bytes, 0),
    ...(await countChunks(repository, plan)),
  };
}

/** Chunks of packs that are in the store, each once. */
async function countChunks(
  { access }: Repository,
  { retained, leaving, stored }: PrunePlan,
): Promise<Pick<RepositoryStats, 'chunks' | 'rawBytes' | 'compressedBytes'>> {
  const known = new Map<string, ReturnType<ReadIndex>>();
  const places = [...retained.keys(), ...leaving].flatMap(({ summary }) => summary.indexes);
  const packs = await loadPacks(access, places, (place) => {
    const key = place.indexId.join();
    const reading = known.get(key) ?? readIndex(access, place);
    known.set(key, reading);
    return reading;
  });
  const tables = packs.filter((pack) => stored.has(packPath(pack))).map(({ table }) => decodePackTable(table));
  const seen = ChunkTable.allocate(tables.reduce((sum, table) => sum + table.length, 0));
  let [chunks, rawBytes, compressedBytes] = [0, 0, 0];
  for (const { id, rawLength, storedLength } of tables.flat()) {
    if (!seen.claim(id)) continue;
    chunks += 1;
    rawBytes += rawLength;
    compressedBytes += storedLength;
  }
  return { chunks, rawBytes, compressedBytes };
}

function sizesOf({ stored }: PrunePlan, of: PrunableKind): readonly number[] {
  return [...stored.values()].filter(({ kind }) => kind === of).map(({ sizeBytes }) => sizeBytes);
}

function amountOf(sizes: readonly number[]): StoredAmount {
  return { objects: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
