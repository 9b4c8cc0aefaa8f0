import { registerPassword } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { activeKeyslots } from '../keyslots/active-keyslots';
import { UsageError } from '../output/usage-error';
import { readNewPassword } from '../setup/new-password';
import { connectVault } from '../vault/connect-vault';
import { heldKey, type HeldKeySources } from '../vault/held-key';

/** What `coffer password change` is asked. */
export interface PasswordChangeRequest extends HeldKeySources {
  readonly home: string;
  readonly passwordFile?: string;
  /** COFFER_PASSWORD: the new password. */
  readonly environmentPassword: string | undefined;
}

/**
 * Sets another password from a device that holds the backup key; the old one is not asked for. It works until the new one has
 * been proven, and is shredded in the same moment.
 *
 * @throws UsageError where there is no password; as `heldKey`, `readNewPassword`; VaultClientError `too-many-registrations` …
 */
export async function runPasswordChange(context: CommandContext, request: PasswordChangeRequest): Promise<void> {
  const { reporter } = context;
  const connection = await connectVault(context, request.home);
  const former = (await activeKeyslots(connection)).find(({ kind }) => kind === 'password');
  if (former === undefined) {
    throw new UsageError(
      'This account has no password. Nothing was changed. To set one: coffer keyslots add --password',
    );
  }
  const sources = { file: request.passwordFile, environment: request.environmentPassword };
  const password = await readNewPassword(context, sources);
  const backupKey = await heldKey(context, connection, request);
  reporter.progress({ phase: 'making the password keyslot', doneBytes: 0 });
  const { keyslotId, keyId, attemptsRemaining } = await registerPassword(connection.account, backupKey, password);
  reporter.summary(
    { keyslotId, replaced: former.keyslotId, keyId, attemptsRemaining },
    'The new password opens your backup from now on; the old one does not any more. The key itself is the same.',
  );
}
