import { dirname } from 'node:path';
import { acquireRunLock, type RunLock } from '@coffer/backup-engine/node';

import type { OpenRepository } from './open-repository';

/** Keeps two runs of this device on one repository apart. @throws BackupEngineError `busy` */
export async function lockRepository({ repository, home }: OpenRepository): Promise<RunLock> {
  const path = home.lockFile(repository.id);
  await home.ensure(dirname(path));
  return acquireRunLock(path);
}
