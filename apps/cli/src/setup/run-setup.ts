import type { Keyslot, KeyslotKind } from '@coffer/contracts';
import { deriveKeyId, formatKeyId, type BackupKey } from '@coffer/device-crypto';
import { nodePlatform } from '@coffer/backup-engine/node';
import { toHex } from '@coffer/foundation';
import { activateDigits, ensureVaultRepository, registerPassword } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askTyped } from '../input/prompts';
import { activeKeyslots } from '../keyslots/active-keyslots';
import { UsageError } from '../output/usage-error';
import { connectVault, readAccountAgain, type VaultConnection } from '../vault/connect-vault';
import { withFreshLogin } from '../vault/fresh-login';
import { readNewPassword } from './new-password';
import { recordDigits, requireTerminal } from './record-digits';
import { SetupError } from './setup-error';
import { setupKey } from './setup-key';

/** What `coffer setup` is asked. */
export interface SetupRequest {
  readonly home: string;
  readonly digits: boolean;
  readonly password: boolean;
  readonly keyOut?: string;
  readonly key?: string;
  readonly passwordFile?: string;
  readonly acceptLoss: boolean;
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
  /** COFFER_PASSWORD. */
  readonly environmentPassword: string | undefined;
}

const consequences =
  'Nobody but you can open this backup. Whoever loses the 64 digits and forgets the password has lost it: ' +
  'neither the operator nor anybody else can bring it back.';

/**
 * Makes the account's backup key and its keyslots, and the encrypted repository. What is there already stays and is
 * reported; what an interrupted run left is taken up again.
 *
 * @throws as `connectVault`, `setupKey`, `recordDigits`, `readNewPassword`; SetupError `declined`; VaultClientError
 *   `fresh-login-required`, `account-owned`, `too-many-registrations` …
 */
export async function runSetup(context: CommandContext, request: SetupRequest): Promise<void> {
  const { reporter } = context;
  let connection = await connectVault(context, request.home);
  const existing = await activeKeyslots(connection);
  const wanted = wantedKinds(request, existing);
  // Everything that can be wrong with what was given shows before anything is made.
  if (wanted.size > 0 && !request.acceptLoss && !reporter.isInteractive) {
    throw new UsageError(`${consequences} Confirm that with --accept-loss. Nothing was made.`);
  }
  if (wanted.has('digits') && request.keyOut === undefined) requireTerminal(reporter.isInteractive);
  const password = wanted.has('password') ? await readNewPassword(context, passwordSources(request)) : undefined;
  const backupKey = await setupKey(context, connection, {
    ...(request.key === undefined ? {} : { key: request.key }),
    environmentKey: request.environmentKey,
  });
  if (wanted.has('digits')) await recordDigits(context, backupKey, request.keyOut);
  if (wanted.size > 0) await confirmConsequences(request);
  if (wanted.has('digits')) {
    await withFreshLogin(context, connection, () => activateDigits(connection.account, backupKey));
    connection = await readAccountAgain(connection);
  }
  if (password !== undefined) {
    reporter.progress({ phase: 'making the password keyslot', doneBytes: 0 });
    await withFreshLogin(context, connection, () => registerPassword(connection.account, backupKey, password));
    connection = await readAccountAgain(connection);
  }
  await finish(context, connection, backupKey, existing);
}

async function finish(
  { reporter }: CommandContext,
  connection: VaultConnection,
  backupKey: BackupKey,
  before: readonly Keyslot[],
): Promise<void> {
  const { home, account } = connection;
  const { repository, isNew } = await ensureVaultRepository(account, { backupKey, platform: nodePlatform });
  await home.remove(home.setupFile);
  const keyslots = await activeKeyslots(connection);
  const kinds = keyslots.map(({ kind }) => kind);
  const added = kinds.filter((kind) => !before.some((keyslot) => keyslot.kind === kind));
  const keyId = deriveKeyId(backupKey);
  reporter.summary(
    {
      keyId: toHex(keyId),
      keyslots: keyslots.length,
      kinds,
      added,
      repositoryId: repository.idHex,
      repositoryCreated: isNew,
    },
    `Key ${formatKeyId(keyId)}. Keyslots: ${kinds.map((kind) => (added.includes(kind) ? `${kind} (new)` : kind)).join(', ')}. ` +
      `The encrypted repository ${isNew ? 'was made' : 'is there'}. Next: coffer backup FOLDER --store vault:`,
  );
}

/** What was asked for and is not there. An account never gets along without any keyslot. */
function wantedKinds({ digits, password }: SetupRequest, existing: readonly Keyslot[]): ReadonlySet<KeyslotKind> {
  if (!digits && !password && existing.length === 0) {
    throw new UsageError('Choose how the backup key can be got back: --digits, --password, or both.');
  }
  const wanted = new Set<KeyslotKind>();
  if (digits) wanted.add('digits');
  if (password) wanted.add('password');
  for (const { kind } of existing) wanted.delete(kind);
  return wanted;
}

async function confirmConsequences({ acceptLoss }: SetupRequest): Promise<void> {
  if (acceptLoss || (await askTyped(consequences, 'I UNDERSTAND'))) return;
  throw new SetupError(
    'declined',
    'Nothing was activated. The key made for this stays on this device for the next try.',
  );
}

function passwordSources({ passwordFile, environmentPassword }: SetupRequest) {
  return { file: passwordFile, environment: environmentPassword };
}
