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
import { PackMemory } from '../workers/pack-memory';
import { restoreItems, type RestoredItems } from './restore-items';
import { planRestore, type PackPlan } from '../restore/restore-plan';
import { RestoreTarget } from './restore-target';
import type { FileToFinish } from '../workers/worker-messages';
import { WorkerPool } from '../workers/worker-pool';
import type { StartWorker } from '../workers/worker-thread';
import { defaultWorkers } from './worker-threads';

export interface RestoreOptions extends RunOptions {
  /** Starts a worker thread whose entry calls `serveEngineWorker`. */
  readonly startWorker: StartWorker;
  readonly workers?: number;
  /** Which files are wanted now; all unless given. Folders and links are made in any case. */
  readonly wants?: (file: FileItem) => boolean;
  /**
   * The folder is one that an earlier restore filled in part: files that are there with their size and time stay, and so does what
   * differs, which is told.
   */
  readonly isAdding?: boolean;
}

/** What a restore wrote. */
export interface RestoreReport extends RestoredItems {
  /** Files that were written. */
  readonly files: number;
  /** Sum of their sizes. */
  readonly bytes: number;
  /** Files that were not wanted. */
  readonly leftOut: number;
  /** Files that an earlier restore had written. */
  readonly present: number;
  /** Files in whose place there is something else, which was left alone. */
  readonly differing: number;
}

/** Files are planned in groups of so many chunks, so that memory does not grow with the backup. */
const chunksPerPlan = 131_072;
const filesPerPlan = 16_384;
const finishAtOnce = 256;

/**
 * Restores a snapshot into an empty folder, or what is missing of it into one that an earlier restore filled in part. A file gets its
 * name when its last byte is written and every chunk of it was authenticated; a run that fails or is stopped leaves whole files and no
 * parts.
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
  const target = new RestoreTarget(folder, process.platform, options.isAdding ?? false);
  const run = new RestoreRun(repository, index, target, options);
  const counts = { files: 0, bytes: 0, leftOut: 0, present: 0, differing: 0 };
  const restored = await restoreItems(target, items, options, async (files) => {
    const missing = files.filter((file) => isMissing(file, target, options, counts));
    counts.files = missing.length;
    counts.bytes = missing.reduce((sum, file) => sum + file.sizeBytes, 0);
    await run.restoreFiles(missing);
  });
  return { ...counts, ...restored };
}

/** Whether a file is to be written now; else it is counted for why not. */
function isMissing(
  file: FileItem,
  target: RestoreTarget,
  { wants, onEvent }: RestoreOptions,
  counts: { leftOut: number; present: number; differing: number },
): boolean {
  if (wants?.(file) === false) {
    counts.leftOut += 1;
    return false;
  }
  const standing = target.standingOf(file);
  if (standing === 'whole') counts.present += 1;
  if (standing === 'other') {
    counts.differing += 1;
    const message = 'is there already and is not what the snapshot has; it was left alone';
    onEvent?.({ type: 'warning', code: 'differs', path: file.path, message });
  }
  return standing === 'missing';
}

class RestoreRun {
  readonly #progress: Progress;
  readonly #workers: number;
  /** One piece more than there are workers: the next pack is fetched meanwhile. */
  readonly #memory: PackMemory;

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
        parts: plan.files.map((file) => temporaries[file]!),
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
