import type { FileItem } from '@coffer/backup-format';
import { deriveChunkIdKey } from '@coffer/device-crypto';
import pLimit from 'p-limit';

import { indexPacks, loadPacks, type ChunkIndex } from '../chunk-index';
import type { RunOptions } from '../events';
import { readingObject, stopped, throwIfStopped } from '../guard';
import type { MaybePromise } from '../maybe-promise';
import type { OpenedSnapshot } from '../opened-snapshot';
import { Progress } from '../progress';
import type { Repository } from '../repository';
import { SealedObjects } from '../sealed-objects';
import { PackMemory } from '../workers/pack-memory';
import { WorkerPool } from '../workers/worker-pool';
import type { EngineWorkers } from '../workers/worker-thread';
import type { CompletePart, FileTarget } from './file-target';
import { groupsOf } from './file-groups';
import { restoreItems, type RestoredItems } from './restore-items';
import { planRestore, type PackPlan } from './restore-plan';

/** Options of a restore, whatever its target. */
export interface RestoreRunOptions extends RunOptions, EngineWorkers {
  /** Which files are wanted now; all unless given. Folders and links are made in any case. */
  readonly wants?: (file: FileItem) => boolean;
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

const finishAtOnce = 256;

/**
 * Restores a snapshot into a target. A file gets its name when its last byte is written and every chunk of it was authenticated; a
 * run that fails or is stopped leaves whole files and no parts.
 *
 * @param makeTarget - called when the snapshot could be read: nothing is made before
 * @throws BackupEngineError `target-exists`, `unsafe-item`, `damaged`, `missing-object`, `disk-full`, `stopped`
 */
export async function runRestore(
  repository: Repository,
  snapshot: OpenedSnapshot,
  makeTarget: () => MaybePromise<FileTarget>,
  options: RestoreRunOptions,
): Promise<RestoreReport> {
  throwIfStopped(options.signal);
  const items = await snapshot.items();
  const index = await indexPacks(await loadPacks(repository.access, snapshot.summary.indexes));
  const target = await makeTarget();
  const run = new RestoreRun(repository, index, target, options);
  const counts = { files: 0, bytes: 0, leftOut: 0, present: 0, differing: 0 };
  const restored = await restoreItems(target, items, options, async (files) => {
    const missing: FileItem[] = [];
    for (const file of files) if (await isMissing(file, target, options, counts)) missing.push(file);
    counts.files = missing.length;
    counts.bytes = missing.reduce((sum, file) => sum + file.sizeBytes, 0);
    await run.restoreFiles(missing);
  });
  return { ...counts, ...restored };
}

/** Whether a file is to be written now; else it is counted for why not. */
async function isMissing(
  file: FileItem,
  target: FileTarget,
  { wants, onEvent }: RestoreRunOptions,
  counts: { leftOut: number; present: number; differing: number },
): Promise<boolean> {
  if (wants?.(file) === false) {
    counts.leftOut += 1;
    return false;
  }
  const standing = await target.standingOf(file);
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
    private readonly target: FileTarget,
    private readonly options: RestoreRunOptions,
  ) {
    this.#progress = new Progress('restore', options.onEvent);
    this.#workers = options.workers;
    this.#memory = new PackMemory(this.#workers + 1);
  }

  async restoreFiles(files: readonly FileItem[]): Promise<void> {
    this.#progress.bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    this.#progress.filesTotal = files.length;
    if (files.length === 0) return;
    const pool = new WorkerPool(this.options.startWorker, this.#workers, {
      onWrite: ({ part, position, bytes }) => this.target.write(part, position, bytes),
    });
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
    const temporaries: string[] = [];
    for (const file of files) temporaries.push(await this.target.makeTemporary(file));
    const plans = planRestore(files, this.index);
    const open = new Uint32Array(files.length);
    for (const plan of plans) for (const file of plan.files) open[file]! += 1;
    const finisher = new Finisher(pool, this.target, (done) => this.#progress.add(0, done));
    const finish = (file: number): Promise<void> => finisher.add({ temporary: temporaries[file]!, file: files[file]! });
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
      access.platform.collectGarbage('minor');
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

/** Hands on complete files, many at once. */
class Finisher {
  #waiting: CompletePart[] = [];

  constructor(
    private readonly pool: WorkerPool,
    private readonly target: FileTarget,
    private readonly onDone: (files: number) => void,
  ) {}

  async add(file: CompletePart): Promise<void> {
    this.#waiting.push(file);
    if (this.#waiting.length >= finishAtOnce) await this.flush();
  }

  async flush(): Promise<void> {
    const files = this.#waiting;
    this.#waiting = [];
    if (files.length === 0) return;
    await this.target.finish(files, (complete) => this.pool.run((worker) => worker.call('finishFiles', complete)));
    this.onDone(files.length);
  }
}
