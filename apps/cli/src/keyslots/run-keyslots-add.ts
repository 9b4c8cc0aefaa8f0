import type { Keyslot } from '@coffer/contracts';
import type { BackupKey } from '@coffer/device-crypto';
import { activateDigits, registerPassword } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { UsageError } from '../output/usage-error';
import { readNewPassword } from '../setup/new-password';
import { recordDigits, requireTerminal } from '../setup/record-digits';
import { connectVault } from '../vault/connect-vault';
import { heldKey, type HeldKeySources } from '../vault/held-key';
import { activeKeyslots, keyslotWords } from './active-keyslots';
import { KeyslotError } from './keyslot-error';

/** What `coffer keyslots add` is asked. */
export interface KeyslotsAddRequest extends HeldKeySources {
  readonly home: string;
  readonly kind: 'digits' | 'password';
  readonly keyOut?: string;
  readonly passwordFile?: string;
  /** COFFER_PASSWORD: the new password. */
  readonly environmentPassword: string | undefined;
}

/**
 * Adds one more way to the backup key that this device holds. Nothing is encrypted anew.
 *
 * @throws KeyslotError `already-exists`; as `heldKey`, `recordDigits`, `readNewPassword`; VaultClientError
 */
export async function runKeyslotsAdd(context: CommandContext, request: KeyslotsAddRequest): Promise<void> {
  const { kind } = request;
  const connection = await connectVault(context, request.home);
  const before = await activeKeyslots(connection);
  if (connection.account.keyId === null) {
    throw new UsageError('This account has no backup key yet. Nothing was changed. Run: coffer setup');
  }
  refuseSecond(kind, before);
  if (kind === 'digits' && request.keyOut === undefined) requireTerminal(context.reporter.isInteractive);
  const password =
    kind === 'password'
      ? await readNewPassword(context, { file: request.passwordFile, environment: request.environmentPassword })
      : undefined;
  const backupKey = await heldKey(context, connection, request);
  const add = async (key: BackupKey): Promise<Keyslot> => {
    if (password !== undefined) return registerPassword(connection.account, key, password);
    await recordDigits(context, key, request.keyOut);
    return activateDigits(connection.account, key);
  };
  const { keyslotId, keyId } = await add(backupKey);
  context.reporter.summary(
    { keyslotId, kind, keyId, keyslots: before.length + 1, kinds: [...before.map((slot) => slot.kind), kind] },
    `Added: ${keyslotWords[kind]}. It opens the same key as before, and it is proven. Keyslots: ${before.length + 1}.`,
  );
}

function refuseSecond(kind: 'digits' | 'password', before: readonly Keyslot[]): void {
  if (!before.some((keyslot) => keyslot.kind === kind)) return;
  throw new KeyslotError(
    'already-exists',
    kind === 'password'
      ? 'This account has a password already. Nothing was changed. To set another one: coffer password change'
      : 'The 64-digit key of this account is recorded already. Nothing was changed. To make a new key: coffer keyslots rotate',
  );
}
