import { deriveKeyId, formatKeyId, generateBackupKey, parseKeyId, type BackupKey } from '@coffer/device-crypto';
import { fromUtf8, toHex } from '@coffer/foundation';
import { VaultDeviceError } from '@coffer/vault-device';
import { z } from 'zod';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { findKey, keepKey } from '../keys/kept-keys';
import type { VaultConnection } from '../vault/connect-vault';
import { isGiven, type HeldKeySources } from '../vault/held-key';
import { unlock } from '../vault/unlock';
import { SetupError } from './setup-error';

/** What a set-up that was interrupted had begun with, so that the next one goes on with the same key. */
const begun = z.strictObject({ v: z.literal(1), accountId: z.string(), keyId: z.string() });

/**
 * The backup key that this account has, or a new one for an account that nobody owns yet. A new key is on this disk before
 * the vault hears of it.
 *
 * @throws VaultDeviceError `account-owned` where the account has a key that this device does not hold; SetupError
 *   `unreadable-backup`, `declined`
 */
export async function setupKey(
  context: CommandContext,
  connection: VaultConnection,
  given: HeldKeySources,
): Promise<BackupKey> {
  if (connection.account.keyId !== null) return ownKey(context, connection, given);
  return newKey(connection, () => requireNothingLost(context, connection));
}

async function ownKey(context: CommandContext, connection: VaultConnection, given: HeldKeySources): Promise<BackupKey> {
  const { home, account } = connection;
  const keyId = account.keyId!;
  const isHere = (await findKey(home, keyId)) !== undefined;
  if (!isHere && !isGiven(given)) {
    throw new VaultDeviceError(
      'account-owned',
      `This account has a backup key already (${formatKeyId(keyId)}), and this device does not hold it. A second key is not made: ` +
        'it would not open the backups. Bring the key here with: coffer unlock',
    );
  }
  return (await unlock(context, connection, { ...given, environmentPassword: undefined })).backupKey;
}

/**
 * A new backup key, on this disk before the vault hears of it; the one that an interrupted run had begun with, where there is one.
 *
 * @param agree - asked before one is made; throws where the person does not agree
 */
export async function newKey(connection: VaultConnection, agree: () => Promise<void>): Promise<BackupKey> {
  const { home, account } = connection;
  const begunKey = await findBegun(connection);
  if (begunKey !== undefined) return begunKey;
  await agree();
  const backupKey = generateBackupKey();
  await keepKey(home, backupKey);
  const note = { v: 1, accountId: account.accountId, keyId: toHex(deriveKeyId(backupKey)) };
  await home.write(home.setupFile, `${JSON.stringify(note)}\n`);
  return backupKey;
}

async function findBegun({ home, account }: VaultConnection): Promise<BackupKey | undefined> {
  const bytes = await home.read(home.setupFile);
  if (bytes === undefined) return undefined;
  const parsed = begun.safeParse(parseJson(fromUtf8(bytes)));
  if (!parsed.success || parsed.data.accountId !== account.accountId) return undefined;
  return findKey(home, parseKeyId(parsed.data.keyId));
}

/** An account without an owner that has repositories: somebody's backups are there, and a new key opens none of them. */
async function requireNothingLost({ reporter }: CommandContext, { client }: VaultConnection): Promise<void> {
  const { repositories } = await client.listRepositories();
  if (repositories.length === 0) return;
  const keys = [...new Set(repositories.map(({ keyId }) => formatKeyId(parseKeyId(keyId))))].join(', ');
  const message = `This account holds backups under another key (${keys}). A new key will never open them.`;
  if (!reporter.isInteractive) {
    throw new SetupError('unreadable-backup', `${message} Nothing was changed; run this on a terminal to confirm it.`);
  }
  if (await askTyped(message, 'NEW KEY')) return;
  throw new SetupError('declined', 'Nothing was changed.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
