import type { FileItem } from '@coffer/backup-format';
import { deriveChunkIdKey } from '@coffer/device-crypto';
import pLimit from 'p-limit';

import { indexPacks, loadPacks, type ChunkIndex } from '../chunk-index';
import type { RunOptions } from '../events';
import { readingObject, stopped, throwIfStopped } from '../guard';
import type { OpenedSnapshot } from '../opened-snapshot';
import { Progress } from '../progress';
import type { Repository } from '../repository';
import { SealedObjects } from '../sealed-objects';
import { collectGarbage } from './collect-garbage';
import { PackMemory } from './pack-memory';
import { systemCodeOf } from './portable-error';
import { planRestore, type PackPlan } from './restore-plan';
import { diskFault, RestoreTarget } from './restore-target';
import type { FileToFinish } from './worker-messages';
import { defaultWorkers, WorkerPool, type StartWorker } from './worker-pool';

export interface RestoreOptions extends RunOptions {
  /** Starts a worker thread whose entry calls `serveEngineWorker`. */
  readonly startWorker: StartWorker;
  readonly workers?: number;
}

/** What a restore wrote. */
export interface RestoreReport {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Sum of the sizes of all files. */
  readonly bytes: number;
  /** Links, and modes or times of folders, that this system did not take. */
  readonly warnings: number;
}

/** Files are planned in groups of so many chunks, so that memory does not grow with the backup. */
const chunksPerPlan = 131_072;
const filesPerPlan = 16_384;
const finishAtOnce = 256;

/**
 * Restores a snapshot into an empty folder. A file gets its name when its last byte is written and every chunk of it was
 * authenticated; a run that fails or is stopped leaves whole files and no parts.
 *
 * @param folder - made where it is missing
 * @throws BackupEngineError `target-exists`, `unsafe-item`, `damaged`, `missing-object`, `disk-full`, `stopped`
 */
export async function restoreSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  folder: string,
  options: RestoreOptions,
): Promise<RestoreReport> {
  throwIfStopped(options.signal);
  const items = await snapshot.items();
  const index = await indexPacks(await loadPacks(repository.access, snapshot.summary.indexes));
  const target = new RestoreTarget(folder);
  const run = new RestoreRun(repository, index, target, options);
  try {
    target.makeFolders(items);
    const files = items.filter((item) => item.kind === 'file');
    await run.restoreFiles(files);
    const links = items.filter((item) => item.kind === 'link');
    for (const link of links) run.applying(link.path, () => target.makeLink(link));
    const folders = items.filter((item) => item.kind === 'folder');
    for (const item of [...folders].reverse()) run.applying(item.path, () => target.finishFolder(item));
    return {
      files: files.length,
      folders: folders.length,
      links: links.length,
      bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      warnings: run.warnings,
    };
  } catch (error) {
    target.removeTemporaries();
    if (options.signal?.aborted === true) throw stopped();
    throw diskFault(error);
  }
}

class RestoreRun {
  readonly #progress: Progress;
  readonly #workers: number;
  /** One piece more than there are workers: the next pack is fetched meanwhile. */
  readonly #memory: PackMemory;
  warnings = 0;

  constructor(
    private readonly repository: Repository,
    private readonly index: ChunkIndex,
    private readonly target: RestoreTarget,
    private readonly options: RestoreOptions,
  ) {
    this.#progress = new Progress('restore', options.onEvent);
    this.#workers = options.workers ?? defaultWorkers;
    this.#memory = new PackMemory(this.#workers + 1);
  }

  async restoreFiles(files: readonly FileItem[]): Promise<void> {
    this.#progress.bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    this.#progress.filesTotal = files.length;
    if (files.length === 0) return;
    const pool = new WorkerPool(this.options.startWorker, this.#workers);
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(stopped());
    this.options.signal?.addEventListener('abort', onAbort, { once: true });
    aborted.promise.catch(() => undefined);
    try {
      for (const group of groupsOf(files)) await Promise.race([this.#restoreGroup(group, pool), aborted.promise]);
    } finally {
      this.options.signal?.removeEventListener('abort', onAbort);
      await pool.stop();
    }
    this.#progress.tell(true);
  }

  /** What some systems do not take is told and does not stop the restore. */
  applying(path: string, apply: () => void): void {
    try {
      apply();
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === undefined) throw error;
      this.warnings += 1;
      const message = `this system did not take the link, mode or time of it (${code})`;
      this.options.onEvent?.({ type: 'warning', code: 'not-applied', path, message });
    }
  }

  async #restoreGroup(files: readonly FileItem[], pool: WorkerPool): Promise<void> {
    const temporaries = files.map((file) => this.target.makeTemporary(file));
    const plans = planRestore(files, this.index);
    const open = new Uint32Array(files.length);
    for (const plan of plans) for (const file of plan.files) open[file]! += 1;
    const finisher = new Finisher(pool, this.target, (done) => this.#progress.add(0, done));
    const finish = (file: number): Promise<void> => {
      const { mode, mtimeMs } = files[file]!;
      return finisher.add({ temporary: temporaries[file]!, path: this.target.pathOf(files[file]!), mode, mtimeMs });
    };
    for (const [file, packs] of open.entries()) if (packs === 0) await finish(file);
    const limit = pLimit(pool.size + 1);
    const work = plans.map((plan) =>
      limit(async () => {
        throwIfStopped(this.options.signal);
        await this.#restorePack(plan, temporaries, pool);
        this.#progress.add(plan.bytes);
        for (const file of plan.files) if (--open[file]! === 0) await finish(file);
      }),
    );
    try {
      await Promise.all(work);
    } catch (error) {
      limit.clearQueue();
      throw error;
    }
    await finisher.flush();
  }

  async #restorePack(plan: PackPlan, temporaries: readonly string[], pool: WorkerPool): Promise<void> {
    const { access } = this.repository;
    const pack = this.index.packs[plan.pack]!;
    const place = { kind: 'pack', epoch: pack.epoch, id: pack.packId } as const;
    await this.#memory.lend(pack.sealedBytes, async (lent) => {
      const into = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array(lent.memory, 0, bytes);
      const sealed = await access.objects.fetchWhole(place, pack.sealedBytes, into);
      collectGarbage();
      const job = {
        key: access.objects.keyOf(place),
        chunkIdKey: deriveChunkIdKey(access.keyring.repositorySecret),
        sealed,
        ids: plan.ids,
        places: plan.places,
        writes: plan.writes,
        files: plan.files.map((file) => temporaries[file]!),
      };
      await readingObject(SealedObjects.path(place), () => pool.run((worker) => worker.call('restorePack', job, lent)));
    });
  }
}

/** Hands complete files to the workers, many at once. */
class Finisher {
  #waiting: FileToFinish[] = [];

  constructor(
    private readonly pool: WorkerPool,
    private readonly target: RestoreTarget,
    private readonly onDone: (files: number) => void,
  ) {}

  async add(file: FileToFinish): Promise<void> {
    this.#waiting.push(file);
    if (this.#waiting.length >= finishAtOnce) await this.flush();
  }

  async flush(): Promise<void> {
    const files = this.#waiting;
    this.#waiting = [];
    if (files.length === 0) return;
    await this.pool.run((worker) => worker.call('finishFiles', files));
    for (const { path } of files) this.target.finished(path);
    this.onDone(files.length);
  }
}

/** Files in groups that are planned together, so that memory does not grow with the backup. */
export function* groupsOf(files: readonly FileItem[]): Generator<readonly FileItem[], void> {
  let group: FileItem[] = [];
  let chunks = 0;
  for (const file of files) {
    group.push(file);
    chunks += file.chunkIds.length / 32;
    if (chunks < chunksPerPlan && group.length < filesPerPlan) continue;
    yield group;
    group = [];
    chunks = 0;
  }
  if (group.length > 0) yield group;
}
