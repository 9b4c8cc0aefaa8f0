import type { RunOptions } from '../events';
import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import { runSalvage, type SalvageReport } from '../restore/run-salvage';
import { RestoreTarget } from './restore-target';

/**
 * Restores what is left of a snapshot: one bad piece loses itself only. Files that are whole get their names; the others get
 * `.salvaged` after theirs, and zeros where something is lost. Lost indexes are made up for by the tables of the packs.
 *
 * @param folder - made where it is missing
 * @throws BackupEngineError `damaged`, `missing-object` where the snapshot itself cannot be read; `target-exists`,
 *   `unsafe-item`, `disk-full`, `stopped`
 */
export function salvageSnapshot(
  repository: Repository,
  snapshot: OpenedSnapshot,
  folder: string,
  options: RunOptions = {},
): Promise<SalvageReport> {
  return runSalvage(repository, snapshot, () => new RestoreTarget(folder), options);
}
