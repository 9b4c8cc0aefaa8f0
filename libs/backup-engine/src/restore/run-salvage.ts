import type { FileItem, IndexedPack, IndexPlace } from '@coffer/backup-format';

import { indexPacks, loadPacks, readIndex, type ChunkIndex } from '../chunk-index';
import { BackupEngineError } from '../errors';
import type { RunOptions } from '../events';
import { throwIfStopped } from '../guard';
import type { MaybePromise } from '../maybe-promise';
import type { OpenedSnapshot } from '../opened-snapshot';
import { Progress } from '../progress';
import { readAllTables } from '../rebuild-index';
import type { Repository } from '../repository';
import type { VerifyProblem } from '../verify';
import type { FileTarget } from './file-target';
import { groupsOf } from './file-groups';
import { restoreItems } from './restore-items';
import { PackSalvager } from '../restore/salvage-pack';
import { planSalvage, type SalvageWrite } from '../restore/salvage-plan';

/** What a file that is not whole is named after its own name: nothing may take it for whole. */
export const salvagedSuffix = '.salvaged';

/** A file that is not whole. */
export interface SalvagedFile {
  /** As the snapshot names it. Content: for the screen, never for a log. */
  readonly path: string;
  /** Below the target, with zeros for what is lost; null where nothing of it is left. */
  readonly savedAs: string | null;
  readonly sizeBytes: number;
  readonly lostBytes: number;
}

/** What a salvage wrote, and what it could not. */
export interface SalvageReport {
  /** Files that are whole. */
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Of all files, without what is lost. */
  readonly bytes: number;
  readonly lostBytes: number;
  readonly broken: readonly SalvagedFile[];
  /** Objects that are damaged or missing. */
  readonly problems: readonly VerifyProblem[];
}

/**
 * Restores what is left of a snapshot: one bad piece loses itself only. Files that are whole get their names; the others get
 * {@link salvagedSuffix} after theirs, and zeros where something is lost. Lost indexes are made up for by the tables of the packs.
 *
 * @param makeTarget - called when the snapshot could be read: nothing is made before
 * @throws BackupEngineError `damaged`, `missing-object` where the snapshot itself cannot be read; `target-exists`,
 *   `unsafe-item`, `disk-full`, `stopped`
 */
export async function runSalvage(
  repository: Repository,
  snapshot: OpenedSnapshot,
  makeTarget: () => MaybePromise<FileTarget>,
  options: RunOptions,
): Promise<SalvageReport> {
  throwIfStopped(options.signal);
  const items = await snapshot.items();
  const problems: VerifyProblem[] = [];
  const index = await indexPacks(await packsOf(repository, snapshot.summary.indexes, problems, options));
  const target = await makeTarget();
  const files = items.filter((item) => item.kind === 'file');
  const run = new SalvageRun(repository, index, target, options);
  const taken = new Set(items.map(({ path }) => path));
  const { folders, links } = await restoreItems(target, items, options, (all) => run.salvageAll(all, taken));
  const lostBytes = run.broken.reduce((sum, file) => sum + file.lostBytes, 0);
  return {
    files: files.length - run.broken.length,
    folders,
    links,
    bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) - lostBytes,
    lostBytes,
    broken: run.broken,
    problems: [...problems, ...run.problems],
  };
}

/** The packs that the indexes name; where one of them is lost, all that are in the store, before those that another names. */
async function packsOf(
  repository: Repository,
  places: readonly IndexPlace[],
  problems: VerifyProblem[],
  options: RunOptions,
): Promise<readonly IndexedPack[]> {
  const { access } = repository;
  const named = await loadPacks(access, places, async (place) => {
    try {
      return await readIndex(access, place);
    } catch (error) {
      if (!(error instanceof BackupEngineError)) throw error;
      if (error.code !== 'damaged' && error.code !== 'missing-object') throw error;
      problems.push({ code: error.code, path: String(error.fields['path'] ?? ''), message: error.message });
      return [];
    }
  });
  const current = await repository.head();
  if (problems.length === 0 || current === undefined) return named;
  return [...(await readAllTables(repository, current, options)).packs, ...named];
}

class SalvageRun {
  readonly broken: SalvagedFile[] = [];
  readonly #progress: Progress;
  readonly #packs: PackSalvager;

  constructor(
    private readonly repository: Repository,
    private readonly index: ChunkIndex,
    private readonly target: FileTarget,
    private readonly options: RunOptions,
  ) {
    this.#progress = new Progress('salvage', options.onEvent);
    this.#packs = new PackSalvager(repository.access);
  }

  get problems(): readonly VerifyProblem[] {
    return this.#packs.problems;
  }

  /** @param taken - the paths of all items */
  async salvageAll(files: readonly FileItem[], taken: ReadonlySet<string>): Promise<void> {
    this.#progress.bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    this.#progress.filesTotal = files.length;
    for (const group of groupsOf(files)) await this.#salvageGroup(group, taken);
    this.#progress.tell(true);
  }

  async #salvageGroup(files: readonly FileItem[], taken: ReadonlySet<string>): Promise<void> {
    const temporaries: string[] = [];
    for (const file of files) temporaries.push(await this.target.makeTemporary(file));
    const { byPack, lostBytes } = planSalvage(files, this.index);
    const lost = [...lostBytes];
    for (const [pack, writes] of byPack) {
      throwIfStopped(this.options.signal);
      await this.#salvagePack(pack, writes, temporaries, lost);
      this.repository.access.platform.collectGarbage('minor');
    }
    for (const [number, file] of files.entries()) {
      let savedAs = file.path;
      while (lost[number]! > 0 && taken.has(savedAs)) savedAs += salvagedSuffix;
      await this.#finish(file, savedAs, temporaries[number]!, lost[number]!);
    }
  }

  async #salvagePack(
    pack: IndexedPack,
    writes: readonly SalvageWrite[],
    temporaries: readonly string[],
    lost: number[],
  ): Promise<void> {
    const reader = await this.#packs.open(pack);
    for (const write of writes) {
      const { file, position, place } = write;
      const given =
        reader === undefined
          ? 0
          : await this.#packs.read(reader, pack, write, (offset, bytes) =>
              this.target.write(temporaries[file]!, position + offset, bytes),
            );
      lost[file]! += place.rawLength - given;
      this.#progress.add(place.rawLength);
    }
  }

  async #finish(file: FileItem, savedAs: string, temporary: string, lostBytes: number): Promise<void> {
    const { path, sizeBytes } = file;
    this.#progress.add(0, 1);
    const isAllLost = lostBytes > 0 && lostBytes === sizeBytes;
    if (lostBytes > 0) this.broken.push({ path, savedAs: isAllLost ? null : savedAs, sizeBytes, lostBytes });
    if (isAllLost) await this.target.drop(temporary);
    else await this.target.finish([{ temporary, file: { ...file, path: savedAs } }]);
  }
}
