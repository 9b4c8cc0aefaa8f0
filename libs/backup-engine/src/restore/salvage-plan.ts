import { chunkIdBytes, objectIdHex, type FileItem, type IndexedPack } from '@coffer/backup-format';

import type { ChunkIndex } from '../chunk-index';
import type { ChunkPlace } from '../chunk-table';

/** One chunk of one file. */
export interface SalvageWrite {
  /** 32 bytes. */
  readonly id: Uint8Array;
  /** Number of the file in the list that was planned. */
  readonly file: number;
  /** Where the chunk goes in the file, in bytes. */
  readonly position: number;
  readonly place: ChunkPlace;
}

/** What each pack gives, and what no pack does. */
export interface SalvagePlan {
  readonly byPack: ReadonlyMap<IndexedPack, readonly SalvageWrite[]>;
  /** For each file: bytes that no index leads to. */
  readonly lostBytes: readonly number[];
}

/**
 * Turns files into work by pack, as far as the indexes reach. Where a chunk is in no index, its length is not known either: what
 * comes before the first such chunk is counted from the start of the file, what comes after the last one from its end, and what
 * lies between two of them has no place and is lost as well.
 */
export function planSalvage(files: readonly FileItem[], { packs, table }: ChunkIndex): SalvagePlan {
  const byPack = new Map<IndexedPack, SalvageWrite[]>();
  const lostBytes: number[] = [];
  for (const [file, item] of files.entries()) {
    let placed = 0;
    for (const { id, position, place } of placedChunks(item, (at) => table.get(item.chunkIds, at))) {
      const pack = packs[place.pack]!;
      const writes = byPack.get(pack);
      const write = { id, file, position, place };
      if (writes === undefined) byPack.set(pack, [write]);
      else writes.push(write);
      placed += place.rawLength;
    }
    lostBytes.push(item.sizeBytes - placed);
  }
  for (const writes of byPack.values()) writes.sort((left, right) => left.place.offset - right.place.offset);
  const inOrder = [...byPack].sort(([left], [right]) =>
    objectIdHex(left.packId) < objectIdHex(right.packId) ? -1 : 1,
  );
  return { byPack: new Map(inOrder), lostBytes };
}

/** The chunks of a file that have a place in it. */
function placedChunks(
  { chunkIds, sizeBytes }: FileItem,
  find: (at: number) => ChunkPlace | undefined,
): readonly Omit<SalvageWrite, 'file'>[] {
  const found: Omit<SalvageWrite, 'file'>[] = [];
  const idAt = (at: number): Uint8Array => chunkIds.subarray(at, at + chunkIdBytes);
  let at = 0;
  let position = 0;
  for (; at < chunkIds.length; at += chunkIdBytes) {
    const place = find(at);
    if (place === undefined || position + place.rawLength > sizeBytes) break;
    found.push({ id: idAt(at), position, place });
    position += place.rawLength;
  }
  let end = sizeBytes;
  for (let back = chunkIds.length - chunkIdBytes; back > at; back -= chunkIdBytes) {
    const place = find(back);
    if (place === undefined || end - place.rawLength < position) break;
    end -= place.rawLength;
    found.push({ id: idAt(back), position: end, place });
  }
  return found;
}
