import { BackupEngineError } from '../errors';
import type { RunOptions } from '../events';
import { throwIfStopped } from '../guard';
import type { CurrentHead } from '../head-keeper';
import { rememberHead, signHead } from '../heads';
import { Progress } from '../progress';
import type { Repository } from '../repository';
import { prunableKinds, type StoredObject } from './inventory';
import { planPrune, type PrunePlan, type PruneRules } from './plan-prune';
import { putMarks } from './prune-marks';
import { planRepack, repackSparse, type Repacked } from './repack';

/** Where a run of prune is; each is reached with all before it stored. */
export type PruneStep = 'pack-stored' | 'repacked' | 'list-stored' | 'head-replaced' | 'deleting' | 'deleted';

export interface PruneOptions extends RunOptions, PruneRules {
  /** Computes what would be done, and does nothing. */
  readonly isDryRun?: boolean;
  /** The caller sees to it that nobody else writes: needed where the store does not keep two writers apart. */
  readonly isOnlyWriter?: boolean;
  /** Leaves sparse packs as they are. */
  readonly isWithoutRepacking?: boolean;
  /** How much packing anew must free, in bytes; 1 MiB unless told. */
  readonly repackFromBytes?: number;
  /** Called after each step, and after each batch of deletes. */
  readonly onStep?: (step: PruneStep) => void;
}

/** What a run of prune did, or would do. */
export interface PruneReport {
  /** Undefined where there is no backup yet: then nothing was done. */
  readonly plan: PrunePlan | undefined;
  /** Whether a list was written: what is marked and decided in the plan holds. */
  readonly isWritten: boolean;
  /** What was packed anew, or would be; undefined where nothing is. */
  readonly repacked: Repacked | undefined;
  /** Objects that were deleted, and their bytes. */
  readonly deleted: number;
  readonly deletedBytes: number;
  /** Paths that the vault keeps, since a purge or a certificate relies on them. */
  readonly pinned: readonly string[];
}

const mostAttempts = 8;

/**
 * Packs anew what is left of sparse packs, then prunes in two phases (docs/format/v1.md, "Prune"): marks what nothing needs, and deletes what an earlier run marked at least 24
 * hours ago and still nothing needs. Safe beside backups of other devices, and wherever it is interrupted: the next run goes on.
 *
 * @throws BackupEngineError `damaged`, `missing-object` where a snapshot cannot be read (nothing was deleted), `invalid-policy`,
 *   `only-writer-needed`, `stopped`, `head-changed` after eight attempts; ObjectStoreError
 */
export async function pruneRepository(repository: Repository, options: PruneOptions = {}): Promise<PruneReport> {
  const { access } = repository;
  const { isDryRun = false, isOnlyWriter = false, signal, onStep, onEvent } = options;
  if (!isDryRun && !isOnlyWriter && !(await access.headKeeper.isExclusive())) throw onlyWriterNeeded();
  const progress = new Progress('prune', onEvent);
  // Without the list in force there is nothing that a new one could repeat.
  const isRepacking = options.isAnew !== true && options.isWithoutRepacking !== true;
  let isRepackDue = isRepacking && !isDryRun;
  let repacked: Repacked | undefined;
  for (let attempt = 1; ; attempt++) {
    throwIfStopped(signal);
    const pinned = await access.remover.pinnedSnapshots();
    const plan = await planPrune(access, await repository.head(), options, pinned);
    if (isRepackDue && plan !== undefined) {
      isRepackDue = false;
      const { repackFromBytes } = options;
      repacked = await repackSparse(access, plan, { signal, repackFromBytes, onPack: () => onStep?.('pack-stored') });
      if (repacked !== undefined) {
        onStep?.('repacked');
        continue;
      }
    }
    if (isRepacking && isDryRun && plan !== undefined) {
      repacked = await planRepack(access, plan, options.repackFromBytes);
    }
    const nothing = { plan, repacked, isWritten: false, deleted: 0, deletedBytes: 0, pinned: [] };
    if (isDryRun || plan?.isChange !== true) return nothing;
    throwIfStopped(signal);
    const pruneGeneration = await putMarks(access, plan.current, plan.list);
    onStep?.('list-stored');
    const next = signHead(access, {
      ...plan.current.head,
      keyId: access.keyId,
      generation: plan.list.generation,
      previous: plan.current.hash,
      pruneGeneration,
    });
    try {
      await access.headKeeper.replace(next.signed, plan.current);
    } catch (error) {
      const isRaced = error instanceof BackupEngineError && error.code === 'head-changed';
      if (!isRaced || attempt === mostAttempts) throw error;
      continue;
    }
    await rememberHead(access, next);
    onStep?.('head-replaced');
    return {
      plan,
      repacked,
      isWritten: true,
      ...(await new Deletion(repository, next, progress, options).run(plan.decided)),
    };
  }
}

/** Deletes what was decided, what names others first. */
class Deletion {
  #deleted = 0;
  #deletedBytes = 0;
  readonly #pinned: string[] = [];

  constructor(
    private readonly repository: Repository,
    private head: CurrentHead,
    private readonly progress: Progress,
    private readonly options: PruneOptions,
  ) {}

  async run(decided: readonly StoredObject[]): Promise<Pick<PruneReport, 'deleted' | 'deletedBytes' | 'pinned'>> {
    this.progress.filesTotal = decided.length;
    this.progress.bytesTotal = decided.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { atOnce } = this.repository.access.remover;
    for (const kind of prunableKinds) {
      const objects = decided.filter((object) => object.kind === kind);
      for (let at = 0; at < objects.length; at += atOnce) {
        throwIfStopped(this.options.signal);
        if (!(await this.#remove(objects.slice(at, at + atOnce)))) return this.#result();
      }
    }
    this.progress.tell(true);
    this.options.onStep?.('deleted');
    return this.#result();
  }

  /** @returns false where another prune run took over: it deletes the rest */
  async #remove(objects: readonly StoredObject[]): Promise<boolean> {
    const paths = objects.map(({ path }) => path);
    for (let attempt = 1; ; attempt++) {
      const current = await this.repository.head();
      if (current?.head.pruneGeneration !== this.head.head.pruneGeneration) return false;
      // A backup that came in between has seen the list and builds on nothing that is on it.
      this.head = current;
      try {
        const { deleted, pinned } = await this.repository.access.remover.remove(paths, current);
        this.#count(objects, deleted, pinned);
        return true;
      } catch (error) {
        const isRaced = error instanceof BackupEngineError && error.code === 'head-changed';
        if (!isRaced || attempt === mostAttempts) throw error;
      }
    }
  }

  #count(objects: readonly StoredObject[], deleted: number, pinned: readonly string[]): void {
    const kept = new Set(pinned);
    const bytes = objects.reduce((sum, { path, sizeBytes }) => sum + (kept.has(path) ? 0 : sizeBytes), 0);
    this.#deleted += deleted;
    this.#deletedBytes += bytes;
    this.#pinned.push(...pinned);
    this.progress.add(bytes, objects.length);
    this.options.onStep?.('deleting');
  }

  #result(): Pick<PruneReport, 'deleted' | 'deletedBytes' | 'pinned'> {
    return { deleted: this.#deleted, deletedBytes: this.#deletedBytes, pinned: this.#pinned };
  }
}

function onlyWriterNeeded(): BackupEngineError {
  return new BackupEngineError(
    'only-writer-needed',
    'this store does not keep two writers apart, so a backup of another device could lose what it has just stored. Nothing was ' +
      'deleted. Where no other device writes to it, say so with --only-writer',
  );
}
