import { nodePlatform } from '@coffer/backup-engine/node';
import { deriveKeyId, formatKeyId, type BackupKey, type KeyId } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';
import { ensureVaultRepository, finishNewStart } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { UsageError } from '../output/usage-error';
import { readNewPassword } from '../setup/new-password';
import { SetupError } from '../setup/setup-error';
import { newKey } from '../setup/setup-key';
import { connectVault, readAccountAgain } from '../vault/connect-vault';
import { withFreshLogin } from '../vault/fresh-login';
import { findNewStart } from './find-new-start';

/** What `coffer new-start finish` is asked. */
export interface NewStartFinishRequest {
  readonly home: string;
  readonly passwordFile?: string;
  /** COFFER_PASSWORD: the new password. */
  readonly environmentPassword: string | undefined;
  /** Id of the lost key, typed to confirm that its backup stays closed. */
  readonly lostKey?: string;
}

/**
 * Puts a new key in the place of the lost one: makes it, sets its password under the open new start, and makes a repository for
 * it. The old backup stays and stays closed.
 *
 * @throws UsageError where no new start is open; SetupError `declined`; as `connectVault`, `readNewPassword`; VaultClientError
 *   `new-start-not-open`, `fresh-login-required` …
 */
export async function runNewStartFinish(context: CommandContext, request: NewStartFinishRequest): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, request.home);
  const newStart = await findNewStart(connection, ['open']);
  const lost = connection.account.keyId;
  if (lost === null) throw new UsageError('This account has no key that was lost. Run: coffer setup');
  const sources = { file: request.passwordFile, environment: request.environmentPassword };
  const password = await readNewPassword(context, sources);
  const backupKey = await newKey(connection, () => requireAgreed(context, lost, request.lostKey));
  reporter.progress({ phase: 'making the password keyslot', doneBytes: 0 });
  await withFreshLogin(context, connection, () => finishNewStart(connection.account, newStart, backupKey, password));
  const own = await readAccountAgain(connection);
  const { repository } = await ensureVaultRepository(own.account, { backupKey, platform: nodePlatform });
  await connection.home.remove(connection.home.setupFile);
  reporter.summary(
    {
      newStartId: newStart.newStartId,
      formerKeyId: toHex(lost),
      keyId: keyIdOf(backupKey),
      repositoryId: repository.idHex,
    },
    `Key ${formatKeyId(deriveKeyId(backupKey))} is this account's key now, and its repository was made. The old backup is still there, ` +
      'closed; the old key can undo this for a while. Record the new key as well: coffer keyslots add --digits',
  );
}

function keyIdOf(backupKey: BackupKey): string {
  return toHex(deriveKeyId(backupKey));
}

async function requireAgreed({ reporter }: CommandContext, lost: KeyId, typed: string | undefined): Promise<void> {
  const name = toHex(lost);
  const message = `The backups under the key ${name} will stay closed: no new key ever opens them.`;
  if (typed?.toLowerCase() === name) return;
  if (typed !== undefined || !reporter.isInteractive) {
    throw new UsageError(`${message} Confirm that with --lost-key ${name}. Nothing was changed.`);
  }
  if (!(await askTyped(message, name))) throw new SetupError('declined', 'Nothing was changed.');
}
