import { deriveKeyId, DeviceCryptoError, formatKeyId, type BackupKey, type KeyId } from '@coffer/device-crypto';
import { CofferError, equalBytes } from '@coffer/foundation';
import { VaultClientError } from '@coffer/vault-client';
import { OwnerSigner, recoverByPassword, VaultDeviceError } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askSecret } from '../input/prompts';
import { readSecret } from '../input/secret-input';
import { readGivenKey } from '../keys/given-key';
import { findKey, keepKey } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import { attemptsText, type Attempts } from './attempts';
import type { VaultConnection } from './connect-vault';
import type { KeySources } from './key-sources';

/** How this device came by the backup key. */
export interface Unlocked {
  readonly backupKey: BackupKey;
  readonly source: 'device' | 'digits' | 'password';
}

/**
 * The account's backup key: from this device, from the 64 digits, or by the password (which spends a guess). What came from
 * elsewhere is kept on this device afterwards, until `coffer lock`.
 *
 * @throws VaultDeviceError `no-keyslot` where the account was never set up, `wrong-key`; KeyFileError `invalid-key`;
 *   CofferError `wrong-password` with `attemptsRemaining`; VaultClientError `attempt-too-early`, `no-attempts-left` …
 */
export async function unlock(
  context: CommandContext,
  connection: VaultConnection,
  sources: KeySources,
): Promise<Unlocked> {
  const { home, account } = connection;
  const keyId = requireKeyId(account.keyId);
  if (sources.key === undefined) {
    const kept = await findKey(home, keyId);
    if (kept !== undefined) return { backupKey: kept, source: 'device' };
  }
  const given = await readGivenKey({ option: sources.key, environment: sources.environmentKey });
  const unlocked: Unlocked =
    given === undefined
      ? { backupKey: await recoverByAskedPassword(context, connection, sources), source: 'password' }
      : { backupKey: requireOwn(connection, given, keyId), source: 'digits' };
  await keepKey(home, unlocked.backupKey);
  return unlocked;
}

function requireKeyId(keyId: KeyId | null): KeyId {
  if (keyId !== null) return keyId;
  throw new VaultDeviceError(
    'no-keyslot',
    'This account has no backup key yet. Nothing was changed. Run: coffer setup',
  );
}

function requireOwn({ account }: VaultConnection, backupKey: BackupKey, keyId: KeyId): BackupKey {
  const given = deriveKeyId(backupKey);
  if (!equalBytes(given, keyId)) {
    throw new VaultDeviceError(
      'wrong-key',
      `This is another key (${formatKeyId(given)}) than the one of this account (${formatKeyId(keyId)}). Nothing was changed.`,
    );
  }
  // Recomputes the owner key, which the vault cannot make up.
  new OwnerSigner(account, backupKey);
  return backupKey;
}

/**
 * The key by the password, from a file, the environment or a prompt. Spends a guess, and keeps nothing on this device.
 *
 * @throws as `unlock` where it goes by the password
 */
export async function recoverByAskedPassword(
  { reporter }: CommandContext,
  { client, account }: VaultConnection,
  { passwordFile, environmentPassword }: KeySources,
): Promise<BackupKey> {
  const before: Attempts = await client.getBudget();
  reporter.event('attempts', { ...before }, attemptsText(before));
  const password = await readSecret({
    what: 'password',
    file: passwordFile,
    environment: environmentPassword,
    prompt: reporter.isInteractive ? () => askSecret('Password of this account’s backup') : undefined,
    hint: 'This device does not hold the backup key: give --key FILE, --password-file FILE, COFFER_KEY or COFFER_PASSWORD.',
  });
  let spent: Attempts | undefined;
  try {
    const { backupKey, attemptsRemaining } = await recoverByPassword(account, password, (left) => (spent = left));
    const after: Attempts = { attemptsRemaining, nextAttemptAt: null };
    reporter.event('attempts', { ...after }, attemptsText(after));
    return backupKey;
  } catch (error) {
    throw told(error, spent);
  }
}

/** A refusal with what is left of the budget in its message. */
function told(error: unknown, spent: Attempts | undefined): unknown {
  if (error instanceof DeviceCryptoError && error.code === 'wrong-password') {
    const left = spent ?? { attemptsRemaining: 0, nextAttemptAt: null };
    return new CofferError(
      'wrong-password',
      `The password does not open this account's backup, or there is no password keyslot. The backup is untouched. ${attemptsText(left)}`,
      { cause: error, fields: { ...left } },
    );
  }
  if (error instanceof DeviceCryptoError && error.code === 'invalid-password') return new UsageError(error.message);
  if (error instanceof VaultClientError && error.code === 'attempt-too-early') {
    const left = { attemptsRemaining: error.attemptsRemaining ?? 0, nextAttemptAt: error.nextAttemptAt ?? null };
    return new CofferError(
      'attempt-too-early',
      `The next try is not due yet; this one was not counted. ${attemptsText(left)}`,
      { cause: error, fields: left },
    );
  }
  if (error instanceof VaultClientError && error.code === 'guesses-vetoed') {
    const left = { attemptsRemaining: error.attemptsRemaining ?? 0, nextAttemptAt: error.nextAttemptAt ?? null };
    return new CofferError(
      'guesses-vetoed',
      `A device that holds this account's key has stopped password guesses; nothing was counted. The backup opens with the 64-digit key (--key FILE) now. ${attemptsText(left)}`,
      { cause: error, fields: left },
    );
  }
  if (error instanceof VaultClientError && error.code === 'no-attempts-left') {
    return new CofferError(
      'no-attempts-left',
      'All guesses are spent: the password keyslot is gone. The backup is untouched and opens with the 64-digit key (--key FILE).',
      { cause: error, fields: { attemptsRemaining: 0 } },
    );
  }
  return error;
}
