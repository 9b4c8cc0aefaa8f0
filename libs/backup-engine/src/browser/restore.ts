import type { RunOptions } from '../events';
import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { runRestore, type RestoreReport, type RestoreRunOptions } from '../restore/run-restore';
import { runSalvage, type SalvageReport } from '../restore/run-salvage';
import { DirectoryTarget } from './directory-target';
import { defaultWorkers } from './web-worker';

/** Options of a restore in a browser. */
export interface RestoreOptions extends Omit<RestoreRunOptions, 'workers'> {
  /** Workers at most; 2 unless told, or 1 where there is one processor. */
  readonly workers?: number;
}

/**
 * Restores a snapshot into an empty folder that the browser was given. A file gets its name when its last byte is written and every
 * chunk of it was authenticated. See {@link DirectoryTarget} for what such a folder does not take.
 *
 * @throws BackupEngineError `target-exists`, `unsafe-item`, `damaged`, `missing-object`, `disk-full`, `stopped`
 */
export function restoreSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  folder: FileSystemDirectoryHandle,
  { workers = defaultWorkers(), ...options }: RestoreOptions,
): Promise<RestoreReport> {
  return runRestore(repository, snapshot, () => DirectoryTarget.in(folder), { ...options, workers });
}

/** Restores what is left of a snapshot, as that of the Node half. @throws as {@link restoreSnapshot} */
export function salvageSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  folder: FileSystemDirectoryHandle,
  options: RunOptions = {},
): Promise<SalvageReport> {
  return runSalvage(repository, snapshot, () => DirectoryTarget.in(folder), options);
}
