import { chunkIdBytes, objectIdHex, type ConversationItem, type FileItem } from '@coffer/backup-format';

import { indexPacks, loadPacks, type ChunkIndex } from '../chunk-index';
import type { OpenedSnapshot } from '../opened-snapshot';
import type { PackPlace } from '../pack-ranges';
import type { RepositoryAccess } from '../repository-access';

/** A chunk that a snapshot needs, where it lies. Lengths in bytes. */
export interface PlacedChunk {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly pack: PackPlace;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
}

/** What is needed of one pack. */
export interface PackUse {
  readonly pack: PackPlace;
  /** By their offset in the pack. */
  readonly chunks: Map<number, PlacedChunk>;
  usedBytes: number;
}

/** A snapshot with everything that says where its chunks lie. */
export interface PlacedSnapshot {
  readonly files: readonly FileItem[];
  readonly conversations: readonly ConversationItem[];
  readonly index: ChunkIndex;
}

/** @throws BackupEngineError `damaged`, `missing-object` */
export async function placeSnapshot(access: RepositoryAccess, snapshot: OpenedSnapshot): Promise<PlacedSnapshot> {
  const index = await indexPacks(await loadPacks(access, snapshot.summary.indexes));
  const files = (await snapshot.items()).filter((item) => item.kind === 'file');
  return { files, conversations: await snapshot.conversations(), index };
}

/**
 * Adds what a snapshot needs to what others need of the same packs.
 *
 * @param uses - by `packKeyOf`
 * @param isOfInterest - which packs are looked at; all unless given
 */
export function addUses(
  uses: Map<string, PackUse>,
  snapshot: PlacedSnapshot,
  isOfInterest: (packKey: string) => boolean = () => true,
): void {
  for (const chunk of chunksOf(snapshot)) {
    const key = packKeyOf(chunk.pack);
    if (!isOfInterest(key)) continue;
    let use = uses.get(key);
    if (use === undefined) uses.set(key, (use = { pack: chunk.pack, chunks: new Map(), usedBytes: 0 }));
    if (use.chunks.has(chunk.offset)) continue;
    use.chunks.set(chunk.offset, chunk);
    use.usedBytes += chunk.storedLength;
  }
}

/** Less than half of it is needed: packing that anew stores less than it frees. */
export function isSparse({ pack, usedBytes }: PackUse): boolean {
  return 2 * usedBytes < pack.sealedBytes;
}

/** Text form of a pack id. */
export function packKeyOf({ packId }: Pick<PackPlace, 'packId'>): string {
  return objectIdHex(packId);
}

function* chunksOf({ files, conversations, index }: PlacedSnapshot): Generator<PlacedChunk, void> {
  for (const { chunkIds } of files) {
    for (let at = 0; at < chunkIds.length; at += chunkIdBytes) {
      const place = index.table.get(chunkIds, at);
      // A file that is broken already: `planPrune` has stopped where it must stay.
      if (place === undefined) continue;
      const { offset, storedLength, rawLength } = place;
      const pack = index.packs[place.pack]!;
      yield { id: chunkIds.subarray(at, at + chunkIdBytes), pack, offset, storedLength, rawLength };
    }
  }
  for (const { segments } of conversations) for (const { parts } of segments) yield* parts;
}
