import {
  objectIdHex,
  type ConversationItem,
  type FileItem,
  type IndexedPack,
  type Segment,
} from '@coffer/backup-format';

import type { ExpectedSegment } from './check-pack';
import { chunkIdsOf, type ChunkIndex } from './chunk-index';
import type { PackPlace } from './pack-ranges';

/** A pack that a snapshot needs. */
export interface NeededPack extends PackPlace {
  /** What the index says is in it; undefined where no index of the snapshot names it. */
  readonly table: Uint8Array | undefined;
  readonly segments: ExpectedSegment[];
}

/** What a snapshot needs of the store, and what no index can tell. */
export interface Needs {
  readonly packs: ReadonlyMap<string, NeededPack>;
  /** The keys in `packs` that each file needs. */
  readonly packsOfFile: ReadonlyMap<FileItem, ReadonlySet<string>>;
  /** Files with a chunk that no index names, or whose chunks do not add up. */
  readonly brokenFiles: readonly FileItem[];
  /** Segments that are spread over several chunks. */
  readonly longSegments: readonly Segment[];
}

/** Finds the packs of all files and conversations. */
export function findNeeds(
  files: readonly FileItem[],
  conversations: readonly ConversationItem[],
  index: ChunkIndex,
): Needs {
  const packs = new Map<string, NeededPack>();
  const indexed = new Map(index.packs.map((pack) => [objectIdHex(pack.packId), pack]));
  const need = (place: PackPlace): NeededPack => {
    const key = objectIdHex(place.packId);
    const known = packs.get(key);
    if (known !== undefined) return known;
    const { epoch, packId, sealedBytes } = place;
    const pack: NeededPack = { epoch, packId, sealedBytes, table: indexed.get(key)?.table, segments: [] };
    packs.set(key, pack);
    return pack;
  };
  const brokenFiles: FileItem[] = [];
  const packsOfFile = new Map<FileItem, ReadonlySet<string>>();
  for (const file of files) {
    const found = packsOf(file, index);
    if (found === undefined) brokenFiles.push(file);
    else packsOfFile.set(file, new Set([...found].map((pack) => objectIdHex(need(pack).packId))));
  }
  const longSegments: Segment[] = [];
  for (const { segments } of conversations) {
    for (const segment of segments) {
      const [first, ...more] = segment.parts;
      for (const part of segment.parts) need(part.pack);
      if (more.length > 0) longSegments.push(segment);
      else need(first!.pack).segments.push({ id: first!.id, offset: first!.offset, messages: segment.messages });
    }
  }
  return { packs, packsOfFile, brokenFiles, longSegments };
}

function packsOf(file: FileItem, { table, packs }: ChunkIndex): ReadonlySet<IndexedPack> | undefined {
  const found = new Set<IndexedPack>();
  let bytes = 0;
  for (const id of chunkIdsOf(file.chunkIds)) {
    const place = table.get(id);
    if (place === undefined) return undefined;
    bytes += place.rawLength;
    found.add(packs[place.pack]!);
  }
  return bytes === file.sizeBytes ? found : undefined;
}
