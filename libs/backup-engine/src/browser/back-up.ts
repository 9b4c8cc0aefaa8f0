import type { BackupOptions, BackupReport } from '../backup/backup-options';
import { runBackup } from '../backup/run-backup';
import type { Repository } from '../repository';
import { scanBlobs, type BlobSource } from './scan-blobs';
import { defaultWorkers } from './web-worker';

/**
 * Backs up files that a person chose, and the conversations in them, on web workers. Interrupted anywhere, what is stored stays, and
 * the next run goes on from there.
 *
 * @throws as the backup of the Node half
 */
export function backUp(
  repository: Repository,
  sources: readonly BlobSource[],
  { workers = defaultWorkers(), ...options }: BackupOptions,
): Promise<BackupReport> {
  return runBackup(repository, (scan) => scanBlobs(sources, scan), { ...options, workers });
}
