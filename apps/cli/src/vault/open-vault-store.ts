import type { Repository } from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import type { BackupKey } from '@coffer/device-crypto';
import { fromHex } from '@coffer/foundation';
import { openVaultRepository } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { readConfig } from '../config';
import { UsageError } from '../output/usage-error';
import { HomeMemory } from '../stores/home-memory';
import type { StoreRequest } from '../stores/store-opener';
import { connectVault, type VaultConnection } from './connect-vault';
import { unlock } from './unlock';

/**
 * Opens the repository of the account that this home has signed in to, unlocking this device where it is locked.
 *
 * @throws UsageError; whatever `connectVault`, `unlock` and `openVaultRepository` throw
 */
export async function openVaultStore(context: CommandContext, request: StoreRequest): Promise<Repository> {
  if (request.url !== 'vault:') throw new UsageError('The store of a vault is written "vault:" and nothing more.');
  const connection = await connectVault(context, request.home.path);
  const { backupKey } = await unlock(context, connection, {
    ...(request.key === undefined ? {} : { key: request.key }),
    ...(request.passwordFile === undefined ? {} : { passwordFile: request.passwordFile }),
    environmentKey: request.environmentKey,
    environmentPassword: readConfig().password,
  });
  return openOwnRepository(connection, backupKey, request.repositoryId, request.limiter);
}

/**
 * @param repositoryIdHex - value of `--repository`; needed where the key opens several
 * @param limiter - slows the store down
 */
export function openOwnRepository(
  { home, account }: VaultConnection,
  backupKey: BackupKey,
  repositoryIdHex?: string,
  limiter?: StoreRequest['limiter'],
): Promise<Repository> {
  if (repositoryIdHex !== undefined && !/^[0-9a-f]{32}$/.test(repositoryIdHex)) {
    throw new UsageError('--repository takes the 32 digits that name a repository.');
  }
  return openVaultRepository(account, {
    backupKey,
    platform: nodePlatform,
    memory: new HomeMemory(home),
    ...(limiter === undefined ? {} : { limiter }),
    ...(repositoryIdHex === undefined ? {} : { repositoryId: fromHex(repositoryIdHex) }),
  });
}
