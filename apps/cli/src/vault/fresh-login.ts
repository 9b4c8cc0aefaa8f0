import { VaultClientError } from '@coffer/vault-client';

import type { CommandContext } from '../command-context';
import { signInToVault } from '../login/run-login';
import type { VaultConnection } from './connect-vault';

/**
 * Runs an act that needs a sign-in of the last five minutes. With a person at the terminal the device signs in again where it
 * must; otherwise the refusal says how.
 *
 * @throws VaultClientError `fresh-login-required`, with what to do; whatever the act throws
 */
export async function withFreshLogin<Result>(
  context: CommandContext,
  { home, known, tokens }: VaultConnection,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof VaultClientError) || error.code !== 'fresh-login-required') throw error;
    if (!context.reporter.isInteractive) throw withAdvice(error);
    context.reporter.note('This needs a sign-in of the last five minutes.');
    await signInToVault(context, home, known);
    tokens.forget();
    return act();
  }
}

function withAdvice(error: VaultClientError): VaultClientError {
  const { status, requestId } = error;
  return new VaultClientError(
    'fresh-login-required',
    'This needs a sign-in of the last five minutes. Nothing was changed. Run: coffer login, and then the same command again.',
    { status, requestId },
    { cause: error },
  );
}
