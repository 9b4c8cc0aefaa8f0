import { chunkIdBytes, type FileItem } from '@coffer/backup-format';

import type { ChunkIndex } from '../chunk-index';
import { BackupEngineError } from '../errors';

/** What one pack gives to which files. */
export interface PackPlan {
  /** Number of the pack in the index. */
  readonly pack: number;
  /** 32 bytes for each chunk. */
  readonly ids: Uint8Array<ArrayBuffer>;
  /** Offset, stored length, raw length of each chunk. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** For each write: number of the chunk, number of the file in `files`, offset in the file. */
  readonly writes: Float64Array<ArrayBuffer>;
  /** Numbers of the files in the list that was planned. */
  readonly files: readonly number[];
  /** Sum of the raw lengths of all writes. */
  readonly bytes: number;
}

interface Reference {
  readonly pack: number;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
  readonly file: number;
  readonly position: number;
  readonly id: Uint8Array;
}

/**
 * Turns files into work by pack, so that each pack is fetched and opened once.
 *
 * @returns by number of the pack
 * @throws BackupEngineError `damaged` where a chunk is in no index, or the chunks do not add up to the file
 */
export function planRestore(files: readonly FileItem[], index: ChunkIndex): readonly PackPlan[] {
  const byPack = new Map<number, Reference[]>();
  for (const [file, item] of files.entries()) {
    let position = 0;
    for (let at = 0; at < item.chunkIds.length; at += chunkIdBytes) {
      const place = index.table.get(item.chunkIds, at);
      if (place === undefined) throw new BackupEngineError('damaged', 'a file has a chunk that no index names');
      const reference = { ...place, file, position, id: item.chunkIds.subarray(at, at + chunkIdBytes) };
      const references = byPack.get(place.pack);
      if (references === undefined) byPack.set(place.pack, [reference]);
      else references.push(reference);
      position += place.rawLength;
    }
    if (position !== item.sizeBytes) throw new BackupEngineError('damaged', 'the chunks of a file do not add up');
  }
  return [...byPack].sort(([left], [right]) => left - right).map(([pack, references]) => planPack(pack, references));
}

function planPack(pack: number, references: Reference[]): PackPlan {
  references.sort((left, right) => left.offset - right.offset);
  const files: number[] = [];
  const numbers = new Map<number, number>();
  const ids: Uint8Array[] = [];
  const places: number[] = [];
  const writes = new Float64Array(3 * references.length);
  let lastOffset = -1;
  let bytes = 0;
  for (const [at, reference] of references.entries()) {
    if (reference.offset !== lastOffset) {
      lastOffset = reference.offset;
      ids.push(reference.id);
      places.push(reference.offset, reference.storedLength, reference.rawLength);
    }
    const known = numbers.get(reference.file);
    const number = known ?? files.push(reference.file) - 1;
    if (known === undefined) numbers.set(reference.file, number);
    writes.set([ids.length - 1, number, reference.position], 3 * at);
    bytes += reference.rawLength;
  }
  const joined = new Uint8Array(ids.length * chunkIdBytes);
  ids.forEach((id, at) => joined.set(id, at * chunkIdBytes));
  return { pack, ids: joined, places: Uint32Array.from(places), writes, files, bytes };
}
