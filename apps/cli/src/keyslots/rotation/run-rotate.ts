import type { CommandContext } from '../../command-context';
import { askTyped } from '../../input/prompts';
import { UsageError } from '../../output/usage-error';
import { requireTerminal } from '../../setup/record-digits';
import { SetupError } from '../../setup/setup-error';
import type { RotationRequest } from './rotation-request';

const consequences =
  'A new backup key takes the place of the current one. The former 64 digits, password and passkeys will open nothing any ' +
  'more, and other devices need the new key. What was backed up stays readable with the new one.';

/**
 * Makes a new backup key and puts it in the place of the current one (docs/protocol.md, "Rotation of K"). Interrupted anywhere,
 * either all that is old or all that is new works, and the same command again completes it.
 *
 * @throws UsageError, SetupError `declined`; as `rotateVaultAccount` and `rotateStore`
 */
export async function runRotate(context: CommandContext, request: RotationRequest): Promise<void> {
  const { reporter } = context;
  const isVault = request.store === 'vault:';
  if (!isVault && request.password) {
    throw new UsageError('A repository without a vault has 64-digit keys only. Give --digits. Nothing was changed.');
  }
  if (!request.digits && !request.password) {
    throw new UsageError('Choose how the new key can be got back: --digits, --password, or both. Nothing was changed.');
  }
  if (request.digits && request.keyOut === undefined) requireTerminal(reporter.isInteractive);
  if (!request.yes && !reporter.isInteractive) {
    throw new UsageError(`${consequences} Confirm that with --yes. Nothing was changed.`);
  }
  if (!request.yes && !(await askTyped(consequences, 'NEW KEY'))) {
    throw new SetupError('declined', 'Nothing was changed.');
  }
  if (isVault) {
    const { rotateVaultAccount } = await import('./rotate-vault-account');
    return rotateVaultAccount(context, request);
  }
  const { rotateStore } = await import('./rotate-store');
  return rotateStore(context, request);
}
