import { deriveKeyId, formatKeyId } from '@coffer/device-crypto';
import { toHex } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { connectVault } from './connect-vault';
import type { KeySources } from './key-sources';
import { unlock } from './unlock';

/** Brings the account's backup key to this device. @throws as `connectVault` and `unlock` */
export async function runUnlock(context: CommandContext, homePath: string, sources: KeySources): Promise<void> {
  const { backupKey, source } = await unlock(context, await connectVault(context, homePath), sources);
  const keyId = deriveKeyId(backupKey);
  const what = {
    device: 'This device held the key already',
    digits: 'Unlocked with the 64 digits',
    password: 'Unlocked with the password',
  };
  context.reporter.summary(
    { keyId: toHex(keyId), source },
    `${what[source]} (key ${formatKeyId(keyId)}). It stays on this device until: coffer lock`,
  );
}
