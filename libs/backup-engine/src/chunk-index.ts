import {
  BackupFormatError,
  chunkIdBytes,
  decodeIndex,
  decodePackTable,
  formatLimits,
  objectIdHex,
  openStoredChunk,
  type IndexedPack,
  type IndexPlace,
} from '@coffer/backup-format';
import { equalBytes } from '@coffer/foundation';

import { ChunkTable, type ChunkPlace } from './chunk-table';
import { readingObject } from './guard';
import type { EnginePlatform } from './platform';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects } from './sealed-objects';

/** All chunks that a snapshot may use, and the packs that hold them. */
export interface ChunkIndex {
  readonly packs: readonly IndexedPack[];
  readonly table: ChunkTable;
}

/** Reads one index. */
export type ReadIndex = (place: IndexPlace) => Promise<readonly IndexedPack[]>;

/** Fetches and opens one index. @throws BackupEngineError `damaged`, `missing-object` */
export async function readIndex(
  access: RepositoryAccess,
  { epoch, indexId }: IndexPlace,
): Promise<readonly IndexedPack[]> {
  const place = { kind: 'index', epoch, id: indexId } as const;
  const { plaintext } = await access.objects.openWhole(place);
  return readingObject(SealedObjects.path(place), () => decodeIndex(plaintext));
}

/**
 * Loads indexes in their order: a pack or chunk that is named again holds as the later index says.
 *
 * @param read - fetches each index unless told
 */
export async function loadPacks(
  access: RepositoryAccess,
  places: readonly IndexPlace[],
  read: ReadIndex = (place) => readIndex(access, place),
): Promise<readonly IndexedPack[]> {
  const packs = new Map<string, IndexedPack>();
  for (const indexPlace of places) {
    for (const pack of await read(indexPlace)) {
      const key = objectIdHex(pack.packId);
      // Set anew, so that the pack moves to the end: later ones hold.
      packs.delete(key);
      packs.set(key, pack);
    }
  }
  return [...packs.values()];
}

/** Puts the tables of packs into one. Later packs override earlier ones. */
export async function indexPacks(packs: readonly IndexedPack[]): Promise<ChunkIndex> {
  const least = 2 + chunkIdBytes + 4;
  const table = ChunkTable.allocate(packs.reduce((sum, pack) => sum + Math.ceil(pack.table.length / least), 0));
  for (const [number, pack] of packs.entries()) await putPack(table, number, pack);
  return { packs, table };
}

/** Puts the table of one pack into a chunk table. @throws BackupEngineError `damaged` */
export async function putPack(table: ChunkTable, number: number, pack: IndexedPack): Promise<void> {
  const path = SealedObjects.path({ kind: 'pack', epoch: pack.epoch, id: pack.packId });
  await readingObject(path, () => {
    for (const { id, offset, storedLength, rawLength } of decodePackTable(pack.table)) {
      table.put(id, 0, { pack: number, offset, storedLength, rawLength });
    }
  });
}

/**
 * Opens a stored chunk and recomputes its id.
 *
 * @param chunkIdKey - of the repository
 * @param stored - a chunk that is stored as it is comes back as a view of it
 * @throws BackupFormatError `damaged`, `too-large`
 */
export async function openChunk(
  platform: EnginePlatform,
  chunkIdKey: Uint8Array,
  stored: Uint8Array,
  expected: { readonly id: Uint8Array; readonly rawLength: number },
): Promise<Uint8Array> {
  const raw = openStoredChunk(stored, expected.rawLength, platform.decompressor);
  if (!equalBytes(await platform.hmacSha256(chunkIdKey, raw), expected.id)) {
    throw new BackupFormatError('damaged', 'a chunk has not the id that was asked for', {
      fields: { object: 'chunk' },
    });
  }
  return raw;
}

/** The ids of a file, one after the other. */
export function* chunkIdsOf(chunkIds: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < chunkIds.length; at += chunkIdBytes) yield chunkIds.subarray(at, at + chunkIdBytes);
}

/** Whether a place can be one, before anything is allocated for it. */
export function isPossiblePlace({ rawLength, storedLength }: ChunkPlace): boolean {
  return rawLength <= formatLimits.chunkBytes && storedLength <= rawLength + 1;
}
