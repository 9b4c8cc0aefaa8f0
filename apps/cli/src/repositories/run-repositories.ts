import type { Repository } from '@coffer/contracts';
import { formatKeyId, parseKeyId, type BackupKey } from '@coffer/device-crypto';
import { fromBase64Url, toHex } from '@coffer/foundation';
import { removeRepository } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { readGivenKey } from '../keys/given-key';
import { findKey } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import { SetupError } from '../setup/setup-error';
import { connectVault, type VaultConnection } from '../vault/connect-vault';
import type { HeldKeySources } from '../vault/held-key';

/** Lists the repositories of the account. @throws as `connectVault` */
export async function runRepositoriesList(context: CommandContext, homePath: string): Promise<void> {
  const { client, account } = await connectVault(context, homePath);
  const { repositories } = await client.listRepositories();
  const own = account.keyId === null ? '' : toHex(account.keyId);
  for (const each of repositories) {
    const repositoryId = idHex(each);
    const isOwn = each.keyId === own;
    const whose = isOwn ? 'the account’s key' : 'a former key';
    context.reporter.event(
      'repository',
      { repositoryId, keyId: each.keyId, isOwn, createdAt: each.createdAt },
      `${repositoryId}  made ${each.createdAt}, opened by ${whose} (${formatKeyId(parseKeyId(each.keyId))})`,
    );
  }
  context.reporter.summary({ repositories: repositories.length }, `Repositories: ${repositories.length}.`);
}

/** What `coffer repositories remove` is asked. */
export interface RepositoriesRemoveRequest extends HeldKeySources {
  readonly home: string;
  /** 32 hexadecimal digits. */
  readonly repository: string;
  readonly yes: boolean;
}

/**
 * Removes a repository with all its backups.
 *
 * @throws UsageError, SetupError `declined`; VaultDeviceError `wrong-key`; VaultClientError `pinned`, `undo-pending`, `not-found`
 */
export async function runRepositoriesRemove(
  context: CommandContext,
  request: RepositoriesRemoveRequest,
): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, request.home);
  const { repositories } = await connection.client.listRepositories();
  const found = repositories.find((each) => idHex(each) === request.repository.toLowerCase());
  if (found === undefined) {
    throw new UsageError('There is no such repository. "coffer repositories list" shows them. Nothing was changed.');
  }
  const { pins } = await connection.client.listPins({ params: { repositoryId: found.repositoryId } });
  const backupKey = await keyFor(connection, found, request);
  const relied =
    pins.length === 0
      ? ''
      : ` ${pins.length} items in it stand for unencrypted backups that were deleted or are about to be.`;
  if (!request.yes && !reporter.isInteractive) {
    throw new UsageError(`Confirm with --yes that the repository is removed.${relied} Nothing was changed.`);
  }
  const question = `Every backup in the repository ${idHex(found)} will be gone for good.${relied}`;
  if (!request.yes && !(await askTyped(question, 'REMOVE'))) throw new SetupError('declined', 'Nothing was removed.');
  await removeRepository(connection.account, backupKey, found.repositoryId, pins.length);
  reporter.summary(
    { repositoryId: idHex(found), keyId: found.keyId, pins: pins.length },
    'The repository is removed. Its objects are being deleted.',
  );
}

/** The key that opens the repository where it is here or given, else whichever of the account's. */
async function keyFor(
  { home, account }: VaultConnection,
  { keyId }: Repository,
  sources: HeldKeySources,
): Promise<BackupKey> {
  const given = await readGivenKey({ option: sources.key, environment: sources.environmentKey });
  const held = given ?? (await findKey(home, parseKeyId(keyId)));
  const own = held ?? (account.keyId === null ? undefined : await findKey(home, account.keyId));
  if (own !== undefined) return own;
  throw new UsageError('This needs the backup key, and this device does not hold it: give it with --key FILE.');
}

function idHex({ repositoryId }: Repository): string {
  return toHex(fromBase64Url(repositoryId));
}
