import type { BackupKey } from '@coffer/device-crypto';

import type { CommandContext } from '../command-context';
import { findKey } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import type { VaultConnection } from './connect-vault';
import { unlock } from './unlock';

/** Where a command that changes keyslots takes the backup key from, beside this device's folder. Never from a password. */
export interface HeldKeySources {
  /** `--key`: a file, or `-`. */
  readonly key?: string;
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
}

/**
 * The account's backup key as this device holds it, or as it was given. Nobody is asked for the password: where a new one is
 * about to be set, the two would be mistaken for each other.
 *
 * @throws UsageError where the key is neither here nor given; as `unlock`
 */
export async function heldKey(
  context: CommandContext,
  connection: VaultConnection,
  given: HeldKeySources,
): Promise<BackupKey> {
  const { keyId } = connection.account;
  const isHere = keyId !== null && (await findKey(connection.home, keyId)) !== undefined;
  if (keyId !== null && !isHere && !isGiven(given)) {
    throw new UsageError(
      'This needs the backup key, and this device does not hold it. Nothing was changed. Bring it here with: coffer unlock',
    );
  }
  return (await unlock(context, connection, { ...given, environmentPassword: undefined })).backupKey;
}

/** Whether a key was given with the command. */
export function isGiven({ key, environmentKey }: HeldKeySources): boolean {
  return key !== undefined || (environmentKey ?? '') !== '';
}
