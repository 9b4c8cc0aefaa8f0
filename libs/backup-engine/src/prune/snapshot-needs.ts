import { objectIdHex, type IndexedPack, type IndexPlace } from '@coffer/backup-format';

import { indexPacks, loadPacks, readIndex } from '../chunk-index';
import { findNeeds } from '../needed-packs';
import { OpenedSnapshot } from '../opened-snapshot';
import { packPath } from '../pack-list';
import type { RepositoryAccess } from '../repository-access';
import { placeOf, SealedObjects } from '../sealed-objects';
import { openSummary, snapshotPath, type SnapshotInfo } from '../snapshots';

/** What one snapshot needs of the store. */
export interface SnapshotNeeds {
  /** Paths and sizes in bytes of its packs; those that its indexes and its conversations lead to. */
  readonly packs: ReadonlyMap<string, number>;
  /** Its own path, those of its indexes and of its packs. */
  readonly paths: ReadonlySet<string>;
  /** Whether a file has a chunk that no index names. */
  readonly isBroken: boolean;
}

type NamedSnapshot = Pick<SnapshotInfo, 'epoch' | 'idHex'>;

/** Finds what snapshots need: exactly what a reader of each would fetch. Keeps the indexes, which they share. */
export class NeedsReader {
  readonly #access: RepositoryAccess;
  readonly #indexes = new Map<string, Promise<readonly IndexedPack[]>>();
  readonly #needs = new Map<string, Promise<SnapshotNeeds>>();

  constructor(access: RepositoryAccess) {
    this.#access = access;
  }

  /** @throws BackupEngineError `damaged`, `missing-object` */
  of(snapshot: NamedSnapshot): Promise<SnapshotNeeds> {
    const known = this.#needs.get(snapshot.idHex);
    if (known !== undefined) return known;
    const reading = this.#read(snapshot);
    this.#needs.set(snapshot.idHex, reading);
    return reading;
  }

  async #read({ epoch, idHex }: NamedSnapshot): Promise<SnapshotNeeds> {
    const opened = await openSummary(this.#access, placeOf('snapshot', epoch, idHex));
    const snapshot = new OpenedSnapshot(opened);
    const { indexes } = snapshot.summary;
    const index = await indexPacks(await loadPacks(this.#access, indexes, (place) => this.#index(place)));
    const files = (await snapshot.items()).filter((item) => item.kind === 'file');
    const needs = findNeeds(files, await snapshot.conversations(), index);
    const packs = new Map([...needs.packs.values()].map((pack) => [packPath(pack), pack.sealedBytes]));
    const indexPaths = indexes.map((place) =>
      SealedObjects.path({ kind: 'index', epoch: place.epoch, id: place.indexId }),
    );
    const paths = new Set([snapshotPath({ epoch, idHex }), ...indexPaths, ...packs.keys()]);
    return { packs, paths, isBroken: needs.brokenFiles.length > 0 };
  }

  #index(place: IndexPlace): Promise<readonly IndexedPack[]> {
    const key = objectIdHex(place.indexId);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const reading = readIndex(this.#access, place);
    this.#indexes.set(key, reading);
    return reading;
  }
}
