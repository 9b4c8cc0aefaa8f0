import { formatLimits, objectPaths } from '@coffer/backup-format';
import {
  deriveSealingKey,
  sealingContext,
  type ChunkedKey,
  type ChunkedReader,
  type Keyring,
  type SealedKind as ObjectKind,
  type SealingKey,
} from '@coffer/device-crypto';
import { concatBytes, fromHex, readU32be, u32be } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import { releaseWhole } from './release';
import type { EnginePlatform } from './platform';

export { type ObjectKind };

/** Names one sealed object. */
export interface SealedPlace {
  readonly kind: ObjectKind;
  readonly epoch: number;
  /** 16 bytes; 8 of a prune list, see {@link prunePlace}. */
  readonly id: Uint8Array;
}

const largest: Readonly<Record<ObjectKind, number>> = {
  pack: formatLimits.sealedPackBytes,
  index: formatLimits.sealedIndexBytes,
  snapshot: formatLimits.sealedSnapshotBytes,
  prune: formatLimits.sealedPruneListBytes,
};

/** Seals and opens the objects of one repository, under the context of the place where each is asked for. */
export class SealedObjects {
  readonly #store: ObjectStore;
  readonly #platform: EnginePlatform;
  readonly #repositoryId: Uint8Array;
  readonly #keyring: Keyring;
  readonly #keys = new Map<string, SealingKey>();

  constructor(store: ObjectStore, platform: EnginePlatform, repositoryId: Uint8Array, keyring: Keyring) {
    this.#store = store;
    this.#platform = platform;
    this.#repositoryId = repositoryId;
    this.#keyring = keyring;
  }

  /** The path of an object within the repository. */
  static path({ kind, epoch, id }: SealedPlace): string {
    if (kind === 'prune') return objectPaths.prune(2 ** 32 * readU32be(id) + readU32be(id, 4));
    return objectPaths[kind](epoch, id);
  }

  /**
   * What the object at this place is sealed under.
   *
   * @throws BackupEngineError `damaged` where the keyring has no such epoch
   */
  keyOf({ kind, epoch, id }: SealedPlace): ChunkedKey {
    const name = `${kind}/${epoch}`;
    let inputKey = this.#keys.get(name);
    if (inputKey === undefined) {
      const found = this.#keyring.epochs.find((entry) => entry.epoch === epoch);
      if (found === undefined) {
        throw new BackupEngineError('damaged', `an object claims an epoch that the keyring does not hold: ${epoch}`);
      }
      inputKey = deriveSealingKey(found.key, kind);
      this.#keys.set(name, inputKey);
    }
    return { inputKey, context: sealingContext(kind, this.#repositoryId, epoch, id) };
  }

  seal(place: SealedPlace, plaintext: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#platform.encryption.seal(this.keyOf(place), plaintext);
  }

  /** As {@link seal}; the plaintext may be gone afterwards. */
  sealTaking(place: SealedPlace, plaintext: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#platform.sealTaking(this.keyOf(place), plaintext);
  }

  /**
   * Fetches and opens a whole object.
   *
   * @param sealedBytes - its size where it is known; else the store is asked, and what is too large is not fetched
   * @returns plaintext, and the sealed bytes as they came
   * @throws BackupEngineError `damaged`, `missing-object`
   */
  async openWhole(
    place: SealedPlace,
    sealedBytes?: number,
  ): Promise<{ readonly plaintext: Uint8Array<ArrayBuffer>; readonly sealed: Uint8Array<ArrayBuffer> }> {
    const path = SealedObjects.path(place);
    return readingObject(path, async () => {
      const sealed = await this.fetchWhole(place, sealedBytes);
      return { plaintext: await this.#platform.encryption.open(this.keyOf(place), sealed), sealed };
    });
  }

  /**
   * Fetches a whole object and leaves it sealed.
   *
   * @param allocate - gives the memory for it, exactly as long; new memory unless given
   * @throws BackupEngineError `damaged`, `missing-object`
   */
  async fetchWhole(
    place: SealedPlace,
    sealedBytes?: number,
    allocate: (bytes: number) => Uint8Array<ArrayBuffer> = (bytes) => new Uint8Array(bytes),
  ): Promise<Uint8Array<ArrayBuffer>> {
    const path = SealedObjects.path(place);
    return readingObject(path, async () => {
      const size = await this.#sizeOf(place, path, sealedBytes);
      // Into one piece of memory: a pack is large enough that joining pieces at the end would count.
      const sealed = allocate(size);
      const stream = await this.#store.getStream(path, undefined, { into: sealed });
      if (stream.length !== size) throw wrongSize(path);
      let at = 0;
      for await (const piece of stream.content) {
        if (at + piece.length > size) throw wrongSize(path);
        const isInPlace = piece.buffer === sealed.buffer;
        if (!isInPlace || piece.byteOffset !== sealed.byteOffset + at) sealed.set(piece, at);
        at += piece.length;
        if (!isInPlace) releaseWhole(piece);
      }
      if (at !== size) throw wrongSize(path);
      return sealed;
    });
  }

  /** Opens an object for random access; fetches its header. @throws BackupEngineError `damaged`, `missing-object` */
  async openReader(place: SealedPlace, sealedBytes?: number): Promise<ChunkedReader> {
    const path = SealedObjects.path(place);
    return readingObject(path, async () => {
      const size = await this.#sizeOf(place, path, sealedBytes);
      const reader = await this.#platform.encryption.openReader(this.keyOf(place), {
        size,
        read: (offset, length) => this.#store.get(path, { offset, length }),
      });
      return {
        plainSize: reader.plainSize,
        authenticateSize: () => readingObject(path, () => reader.authenticateSize()),
        read: (offset, length) => readingObject(path, () => reader.read(offset, length)),
      };
    });
  }

  async #sizeOf({ kind }: SealedPlace, path: string, known: number | undefined): Promise<number> {
    const size = known ?? (await this.#store.head(path))?.sizeBytes;
    if (size === undefined) {
      throw new BackupEngineError('missing-object', `an object of the backup is missing from the store: ${path}`, {
        fields: { path },
      });
    }
    if (size > largest[kind]) throw wrongSize(path);
    return size;
  }
}

function wrongSize(path: string): BackupEngineError {
  return new BackupEngineError('damaged', `an object of the backup has not the size that it must have: ${path}`, {
    fields: { path },
  });
}

/** The place of a prune list. Its path does not name the epoch: who reads it tries those of the keyring. */
export function prunePlace(epoch: number, pruneGeneration: number): SealedPlace {
  const id = concatBytes(u32be(Math.floor(pruneGeneration / 2 ** 32)), u32be(pruneGeneration % 2 ** 32));
  return { kind: 'prune', epoch, id };
}

/** The place of an object by the text form of its id. */
export function placeOf(kind: Exclude<ObjectKind, 'prune'>, epoch: number, idHex: string): SealedPlace {
  return { kind, epoch, id: fromHex(idHex) };
}
