import { listRepositories, newRepositoryId, Repository, repositoryStore } from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import type { BackupKey } from '@coffer/device-crypto';
import { CofferError } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import type { HomeDirectory } from '../home/home-directory';
import { UsageError } from '../output/usage-error';
import { HomeMemory } from '../stores/home-memory';
import { openStore, type StoreSignIns } from '../stores/open-store';

/** A repository is there already; nothing was made or overwritten. */
export class RepositoryExistsError extends CofferError {
  declare readonly code: 'already-exists';
}

/** Opens a store in which a repository may be made without any vault. @throws UsageError; ObjectStoreError `invalid-url` */
export function openPlainStore(url: string, signIns: StoreSignIns): ObjectStore {
  if (url.startsWith('vault:')) {
    throw new UsageError('"coffer init" makes a repository without a vault. For a vault, use "coffer setup".');
  }
  return openStore(url, signIns);
}

/**
 * @param isAnother - make one although others are there
 * @throws RepositoryExistsError where the store holds one: whoever makes a new key beside an old backup has often lost the old one
 */
export async function requireNoRepository(store: ObjectStore, isAnother: boolean): Promise<void> {
  const there = await listRepositories(store);
  if (there.length === 0 || isAnother) return;
  throw new RepositoryExistsError(
    'already-exists',
    'This store holds a repository already, which its own key opens. Nothing was changed. To use it, run "coffer backup" with ' +
      'its key; to make another one beside it, with a new key, add --another.',
  );
}

/** Makes a repository in a store that may hold several. */
export function createRepository(store: ObjectStore, backupKey: BackupKey, home: HomeDirectory): Promise<Repository> {
  const repositoryId = newRepositoryId();
  const options = { backupKey, platform: nodePlatform, memory: new HomeMemory(home) };
  return Repository.create({ ...options, store: repositoryStore(store, repositoryId) }, repositoryId);
}
