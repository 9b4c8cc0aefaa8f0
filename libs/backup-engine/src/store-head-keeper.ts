import {
  BackupFormatError,
  decodeSigned,
  encodeSigned,
  formatLimits,
  objectPaths,
  objectPrefixes,
  parseHeadPath,
} from '@coffer/backup-format';
import { decodeHead, type SignedStatement } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { ObjectStoreError, type ObjectStore } from '@coffer/object-store';

import { BackupEngineError } from './errors';
import type { CurrentHead, HeadKeeper } from './head-keeper';

/** Keeps heads at `heads/<generation>`, where no vault does (docs/format/v1.md, "Head"). */
export class StoreHeadKeeper implements HeadKeeper {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async isExclusive(): Promise<boolean> {
    return (await this.#store.capabilities()).conditionalCreate;
  }

  /**
   * Heads from the highest generation down. One that cannot be read, or lies under another generation, is passed over.
   *
   * @throws BackupEngineError `damaged` where there are heads and none can be read
   */
  async *read(): AsyncGenerator<SignedStatement, void> {
    const generations: number[] = [];
    for await (const { key } of this.#store.list(objectPrefixes.heads)) {
      const generation = parseHeadPath(key);
      if (generation !== undefined) generations.push(generation);
    }
    generations.sort((left, right) => right - left);
    let isAnyReadable = false;
    for (const generation of generations) {
      const path = objectPaths.head(generation);
      const bytes = await this.#store.get(path, { offset: 0, length: formatLimits.headBytes + 1 });
      const signed = decodeAt(bytes, generation);
      if (signed === undefined) continue;
      isAnyReadable = true;
      yield signed;
    }
    // Rubbish must not pass for an empty repository.
    if (generations.length > 0 && !isAnyReadable) {
      throw new BackupEngineError(
        'damaged',
        'none of the heads in the store can be read; the packs may still be sound',
      );
    }
  }

  async replace(next: SignedStatement, previous: CurrentHead | undefined): Promise<void> {
    const generation = (previous?.head.generation ?? 0) + 1;
    const path = objectPaths.head(generation);
    const bytes = encodeSigned(next);
    try {
      await this.#store.put(path, bytes);
    } catch (cause) {
      if (!(cause instanceof ObjectStoreError) || cause.code !== 'already-exists') throw cause;
      // An attempt whose answer was lost may have been ours.
      const stored = await this.#store.get(path, { offset: 0, length: formatLimits.headBytes + 1 });
      if (equalBytes(stored, bytes)) return;
      throw new BackupEngineError('head-changed', 'another device finished a backup meanwhile', { cause });
    }
  }

  async rotation(generation: number, headHash: Uint8Array): Promise<SignedStatement | undefined> {
    const path = objectPaths.rotation(generation, headHash);
    try {
      const bytes = await this.#store.get(path, { offset: 0, length: formatLimits.rotationBytes + 1 });
      return decodeSigned(bytes, formatLimits.rotationBytes, 'head');
    } catch (error) {
      const isAbsent = error instanceof ObjectStoreError && error.code === 'not-found';
      // Anyone who can write to the store can put rubbish here; then it says nothing.
      if (isAbsent || error instanceof BackupFormatError) return undefined;
      throw error;
    }
  }
}

function decodeAt(bytes: Uint8Array, generation: number): SignedStatement | undefined {
  try {
    const signed = decodeSigned(bytes, formatLimits.headBytes, 'head');
    return decodeHead(signed.body).generation === generation ? signed : undefined;
  } catch {
    // Anyone who can write to the store can put rubbish here; a valid head below it still counts.
    return undefined;
  }
}
