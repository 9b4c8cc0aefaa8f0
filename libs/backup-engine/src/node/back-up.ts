import { runBackup } from '../backup/run-backup';
import type { BackupOptions, BackupReport } from '../backup/backup-options';
import type { Repository } from '../repository';
import { scanSources } from './scan-sources';
import { defaultWorkers } from './worker-threads';

/**
 * Backs up files and folders, and the conversations in them. Interrupted anywhere, what is stored stays, and the next run goes
 * on from there.
 *
 * @param paths - files and folders
 * @throws BackupEngineError `source-unreadable`, `stopped`, `head-changed`, `missing-object`, `worker-failed`, `key-rotated` also
 *   where another device replaces the key while it runs; ObjectStoreError
 */
export function backUp(
  repository: Repository,
  paths: readonly string[],
  { workers = defaultWorkers, ...options }: BackupOptions,
): Promise<BackupReport> {
  return runBackup(repository, (scan) => scanSources(paths, scan), { ...options, workers });
}
