import { chunkIdBytes, decodePackTable, type IndexedPack, type SegmentPart } from '@coffer/backup-format';
import { equalBytes, toHex } from '@coffer/foundation';

import type { ChunkPlace, ChunkTable } from '../chunk-table';
import { putPack } from '../chunk-index';
import { BackupEngineError } from '../errors';
import type { RepositoryAccess } from '../repository-access';
import { packPath } from '../pack-list';
import { putObject } from '../store-objects';
import type { SealedPackMessage } from '../workers/worker-messages';

/** Stores the packs of a run and knows where every chunk lies. */
export class PackStore {
  /** Known packs first, then those of this run; numbers in `table` count along. */
  readonly packs: IndexedPack[] = [];
  readonly #table: ChunkTable;
  readonly #access: RepositoryAccess;
  readonly #epoch: number;
  readonly #signal: AbortSignal;
  /** Places that found no room in the table. */
  readonly #overflow = new Map<string, ChunkPlace>();
  readonly #underWay = new Set<Promise<void>>();
  storedBytes = 0;
  storedPacks = 0;

  constructor(access: RepositoryAccess, epoch: number, table: ChunkTable, signal: AbortSignal) {
    this.#access = access;
    this.#epoch = epoch;
    this.#table = table;
    this.#signal = signal;
  }

  /** Takes packs that are in the store already. */
  async addKnown(packs: readonly IndexedPack[]): Promise<void> {
    for (const pack of packs) await putPack(this.#table, this.packs.push(pack) - 1, pack);
  }

  /** Stores a sealed pack. */
  async store({ packId, sealed, table }: SealedPackMessage): Promise<void> {
    const storing = this.#store(packId, sealed, table);
    this.#underWay.add(storing);
    try {
      await storing;
    } finally {
      this.#underWay.delete(storing);
      this.#access.platform.collectGarbage('minor');
    }
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Where a stored chunk lies; undefined where it is not stored. @param ids - holds the 32 bytes at `at` */
  place(ids: Uint8Array, at: number): ChunkPlace | undefined {
    const place = this.#table.get(ids, at);
    if (place !== undefined || this.#overflow.size === 0) return place;
    return this.#overflow.get(toHex(ids.subarray(at, at + chunkIdBytes)));
  }

  /** Whether a part of a segment lies where it says. */
  isPlaced({ id, pack, offset, storedLength, rawLength }: SegmentPart): boolean {
    const place = this.place(id, 0);
    if (place === undefined) return false;
    const { epoch, packId, sealedBytes } = this.packs[place.pack]!;
    const isSamePlace = place.offset === offset && place.storedLength === storedLength && place.rawLength === rawLength;
    const isSamePack = epoch === pack.epoch && sealedBytes === pack.sealedBytes;
    return isSamePlace && isSamePack && equalBytes(packId, pack.packId);
  }

  /** A part of a segment with its place. @throws BackupEngineError `worker-failed` where it was not stored: a fault of this run */
  segmentPart(ids: Uint8Array, at: number): SegmentPart {
    const place = this.place(ids, at);
    if (place === undefined) throw new BackupEngineError('worker-failed', 'a segment was not stored');
    const { epoch, packId, sealedBytes } = this.packs[place.pack]!;
    const { offset, storedLength, rawLength } = place;
    return {
      id: ids.slice(at, at + chunkIdBytes),
      pack: { epoch, packId, sealedBytes },
      offset,
      storedLength,
      rawLength,
    };
  }

  async #store(
    packId: Uint8Array<ArrayBuffer>,
    sealed: Uint8Array<ArrayBuffer>,
    table: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const pack: IndexedPack = { epoch: this.#epoch, packId, sealedBytes: sealed.length, table };
    await putObject(this.#access.store, packPath(pack), sealed, this.#signal);
    const number = this.packs.push(pack) - 1;
    for (const { id, offset, storedLength, rawLength } of decodePackTable(table)) {
      const place = { pack: number, offset, storedLength, rawLength };
      if (!this.#table.put(id, 0, place)) this.#overflow.set(toHex(id), place);
    }
    this.storedBytes += sealed.length;
    this.storedPacks += 1;
  }
}
