import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { runRestore, type RestoreReport, type RestoreRunOptions } from '../restore/run-restore';
import { RestoreTarget } from './restore-target';
import { defaultWorkers } from './worker-threads';

/** Options of a restore into a folder. */
export interface RestoreOptions extends Omit<RestoreRunOptions, 'workers'> {
  /** Threads at most; 2 unless told, or 1 where there is one processor. */
  readonly workers?: number;
  /**
   * The folder is one that an earlier restore filled in part: files that are there with their size and time stay, and so does what
   * differs, which is told.
   */
  readonly isAdding?: boolean;
}

/**
 * Restores a snapshot into an empty folder, or what is missing of it into one that an earlier restore filled in part. A file gets its
 * name when its last byte is written and every chunk of it was authenticated; a run that fails or is stopped leaves whole files and no
 * parts.
 *
 * @param folder - made where it is missing
 * @throws BackupEngineError `target-exists`, `unsafe-item`, `damaged`, `missing-object`, `disk-full`, `stopped`
 */
export function restoreSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  folder: string,
  { workers = defaultWorkers, isAdding = false, ...options }: RestoreOptions,
): Promise<RestoreReport> {
  const makeTarget = (): RestoreTarget => new RestoreTarget(folder, process.platform, isAdding);
  return runRestore(repository, snapshot, makeTarget, { ...options, workers });
}
