import { chunkFlags, objectIdBytes, PackBuilder, type IndexedPack, type SegmentPart } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { deriveChunkIdKey } from '@coffer/device-crypto';

import { openChunk } from '../chunk-index';
import { readingObject, throwIfStopped } from '../guard';
import { packPath } from '../pack-list';
import { PackRanges } from '../pack-ranges';
import { currentEpoch, putSealed } from '../put-sealed';
import type { RepositoryAccess } from '../repository-access';
import { packKeyOf, type PackUse, type PlacedChunk } from './sparse-packs';

/** Chunks in their new packs. */
export interface CopiedChunks {
  readonly packs: readonly IndexedPack[];
  /** Sum of the sealed sizes of these. */
  readonly storedBytes: number;
  /** Where a chunk lies now; undefined where it was not copied. */
  moved(from: Pick<PlacedChunk, 'pack' | 'offset'>): Omit<SegmentPart, 'id'> | undefined;
}

/**
 * Copies chunks into new packs, sealed under the current epoch. Every chunk is authenticated and its id recomputed on the way; it
 * stays compressed as it is. Holds one pack in memory, and its sealed form.
 *
 * @param onPack - called after each pack that was stored
 * @throws BackupEngineError `damaged`, `missing-object`, `stopped`; ObjectStoreError
 */
export async function copyChunks(
  access: RepositoryAccess,
  uses: readonly PackUse[],
  signal: AbortSignal | undefined,
  onPack: () => void,
): Promise<CopiedChunks> {
  const { platform, keyring } = access;
  const chunkIdKey = deriveChunkIdKey(keyring.repositorySecret);
  const ranges = new PackRanges(access);
  const builder = new PackBuilder();
  const packs: IndexedPack[] = [];
  const places = new Map<string, Omit<SegmentPart, 'id'>>();
  let begun: [string, Omit<SegmentPart, 'id' | 'pack'>][] = [];
  const finish = async (): Promise<void> => {
    throwIfStopped(signal);
    const packId = randomBytes(objectIdBytes);
    const { plaintext, table } = builder.finish();
    const sealed = await putSealed(access, 'pack', packId, plaintext, signal);
    const pack = { epoch: currentEpoch(access), packId, sealedBytes: sealed.length };
    packs.push({ ...pack, table });
    for (const [key, place] of begun) places.set(key, { ...place, pack });
    begun = [];
    onPack();
  };
  for (const { pack, chunks } of uses) {
    for (const chunk of [...chunks.values()].sort((left, right) => left.offset - right.offset)) {
      const { id, offset, storedLength, rawLength } = chunk;
      const stored = await ranges.read(pack, offset, storedLength);
      await readingObject(packPath(pack), () => openChunk(platform, chunkIdKey, stored, { id, rawLength }));
      if (!builder.fits(storedLength, rawLength)) await finish();
      const added = builder.add(id, stored.subarray(1), rawLength, stored[0] === chunkFlags.zstd);
      begun.push([placeKey(chunk), { offset: added.offset, storedLength, rawLength }]);
    }
  }
  if (builder.chunks > 0) await finish();
  return {
    packs,
    storedBytes: packs.reduce((sum, { sealedBytes }) => sum + sealedBytes, 0),
    moved: (from) => places.get(placeKey(from)),
  };
}

function placeKey({ pack, offset }: Pick<PlacedChunk, 'pack' | 'offset'>): string {
  return `${packKeyOf(pack)}/${offset}`;
}
