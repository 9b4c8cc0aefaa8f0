import { BackupFormatError, chunkFlags, formatLimits, type IndexedPack } from '@coffer/backup-format';
import { chunkedPieceBytes, deriveChunkIdKey, DeviceCryptoError, type ChunkedReader } from '@coffer/device-crypto';
import { ObjectStoreError } from '@coffer/object-store';

import { isPossiblePlace, openChunk } from '../chunk-index';
import type { MaybePromise } from '../maybe-promise';
import { packPath } from '../pack-list';
import type { RepositoryAccess } from '../repository-access';
import type { VerifyProblem } from '../verify';
import type { SalvageWrite } from './salvage-plan';

/** Takes authentic bytes of a chunk. @param offset - in the raw chunk, in bytes */
export type TakeBytes = (offset: number, bytes: Uint8Array) => MaybePromise<void>;

/** Fetches packs and gives what of them is authentic, piece by piece where that is not all. */
export class PackSalvager {
  readonly problems: VerifyProblem[] = [];
  readonly #access: RepositoryAccess;
  readonly #chunkIdKey: Uint8Array;

  constructor(access: RepositoryAccess) {
    this.#access = access;
    this.#chunkIdKey = deriveChunkIdKey(access.keyring.repositorySecret);
  }

  /**
   * Fetches a pack, whatever is left of it.
   *
   * @returns undefined where it is missing, or its first 56 bytes are damaged, which all the others need
   * @throws ObjectStoreError where the store cannot be reached
   */
  async open(pack: IndexedPack): Promise<ChunkedReader | undefined> {
    const path = packPath(pack);
    const { store, platform, objects } = this.#access;
    try {
      const bytes = await store.get(path, { offset: 0, length: formatLimits.sealedPackBytes });
      const key = objects.keyOf({ kind: 'pack', epoch: pack.epoch, id: pack.packId });
      return await platform.encryption.openReader(key, {
        size: pack.sealedBytes,
        read: async (offset, length) => bytes.slice(offset, offset + length),
      });
    } catch (error) {
      const isMissing = error instanceof ObjectStoreError && error.code === 'not-found';
      if (!isMissing && !isDamage(error)) throw error;
      const what = isMissing ? 'is missing from the store' : 'cannot be opened at all';
      this.#note(isMissing ? 'missing-object' : 'damaged', path, `a pack ${what}: ${path}`);
      return undefined;
    }
  }

  /**
   * Gives what of a chunk is authentic: all of it, or of a chunk that is stored as it is the pieces that are. A compressed chunk
   * with a damaged piece is lost whole.
   *
   * @returns how many bytes of the chunk were given
   */
  async read(reader: ChunkedReader, pack: IndexedPack, { id, place }: SalvageWrite, take: TakeBytes): Promise<number> {
    const { offset, storedLength, rawLength } = place;
    if (!isPossiblePlace(place) || offset + storedLength > reader.plainSize) return 0;
    let raw: Uint8Array | undefined;
    try {
      const stored = await reader.read(offset, storedLength);
      raw = await openChunk(this.#access.platform, this.#chunkIdKey, stored, { id, rawLength });
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#note('damaged', packPath(pack), `a pack is damaged: ${packPath(pack)}`);
    }
    if (raw !== undefined) {
      await take(0, raw);
      return rawLength;
    }
    if (!(await isStoredAsItIs(reader, place))) return 0;
    let given = 0;
    for (let at = offset + 1; at < offset + storedLength;) {
      const end = Math.min(offset + storedLength, (Math.floor(at / chunkedPieceBytes) + 1) * chunkedPieceBytes);
      const piece = await readIfAuthentic(reader, at, end - at);
      if (piece !== undefined) {
        await take(at - offset - 1, piece);
        given += piece.length;
      }
      at = end;
    }
    return given;
  }

  #note(code: VerifyProblem['code'], path: string, message: string): void {
    if (this.problems.every((problem) => problem.path !== path)) this.problems.push({ code, path, message });
  }
}

/** Where the piece with the flag is lost, the length tells: no writer keeps a frame that saves nothing. */
async function isStoredAsItIs(
  reader: ChunkedReader,
  { offset, storedLength, rawLength }: SalvageWrite['place'],
): Promise<boolean> {
  if (storedLength !== rawLength + 1) return false;
  const flag = await readIfAuthentic(reader, offset, 1);
  return flag === undefined || flag[0] === chunkFlags.raw;
}

async function readIfAuthentic(reader: ChunkedReader, offset: number, length: number): Promise<Uint8Array | undefined> {
  try {
    return await reader.read(offset, length);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof DeviceCryptoError || error instanceof BackupFormatError;
}
