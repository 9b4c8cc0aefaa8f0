import { ObjectStoreError, type ObjectStore } from '@coffer/object-store';

import type { CurrentHead } from '../head-keeper';

/** What a request to delete came to. */
export interface Removal {
  /** How many objects were there and are gone. */
  readonly deleted: number;
  /** Paths that stayed, since a purge or a certificate relies on them. */
  readonly pinned: readonly string[];
}

/**
 * Deletes objects of one repository: a vault, which has its own conditions, or the device itself where no vault keeps the head.
 */
export interface ObjectRemover {
  /** How many paths `remove` takes at a time. */
  readonly atOnce: number;
  /** Snapshots that a purge or a certificate relies on, 32 hexadecimal digits each. */
  pinnedSnapshots(): Promise<ReadonlySet<string>>;
  /**
   * Deletes objects; one that is not there counts for nothing.
   *
   * @param paths - relative to the repository
   * @param head - the head that the decision was computed from
   * @throws BackupEngineError `head-changed` where another one is current: what was not deleted yet stays
   */
  remove(paths: readonly string[], head: CurrentHead): Promise<Removal>;
}

/** Deletes by itself, without a vault. There are no pins there, and the caller looks at the head. */
export class StoreRemover implements ObjectRemover {
  /** Few: the head is looked at before each batch. */
  readonly atOnce = 16;
  readonly #store: ObjectStore;

  /** @param store - of one repository */
  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async pinnedSnapshots(): Promise<ReadonlySet<string>> {
    return new Set();
  }

  async remove(paths: readonly string[]): Promise<Removal> {
    let deleted = 0;
    for (const path of paths) {
      try {
        await this.#store.delete(path);
        deleted += 1;
      } catch (error) {
        if (!(error instanceof ObjectStoreError) || error.code !== 'not-found') throw error;
      }
    }
    return { deleted, pinned: [] };
  }
}
