import type { ChunkedReader } from '@coffer/device-crypto';

import type { RepositoryAccess } from './repository-access';

/** A pack, as indexes and snapshots name it. */
export interface PackPlace {
  readonly epoch: number;
  /** 16 bytes. */
  readonly packId: Uint8Array;
  readonly sealedBytes: number;
}

const readersKept = 64;

/** Reads ranges of packs; keeps the headers of the last ones, so that a range costs one request. */
export class PackRanges {
  readonly #access: RepositoryAccess;
  readonly #readers = new Map<string, Promise<ChunkedReader>>();

  constructor(access: RepositoryAccess) {
    this.#access = access;
  }

  /** @throws BackupEngineError `damaged`, `missing-object` */
  async read(pack: PackPlace, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const reader = await this.#reader(pack);
    return reader.read(offset, length);
  }

  #reader(pack: PackPlace): Promise<ChunkedReader> {
    const key = `${pack.epoch}/${pack.packId.join()}`;
    const known = this.#readers.get(key);
    if (known !== undefined) return known;
    const place = { kind: 'pack', epoch: pack.epoch, id: pack.packId } as const;
    const opening = this.#access.objects.openReader(place, pack.sealedBytes);
    this.#readers.set(key, opening);
    opening.catch(() => this.#readers.delete(key));
    const oldest = this.#readers.keys().next().value;
    if (this.#readers.size > readersKept && oldest !== undefined) this.#readers.delete(oldest);
    return opening;
  }
}
