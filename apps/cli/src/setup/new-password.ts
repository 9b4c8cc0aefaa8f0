import { preparePassword } from '@coffer/device-crypto';
import { leastPasswordCharacters, ratePassword } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { askSecret } from '../input/prompts';
import { readSecret } from '../input/secret-input';
import { SetupError } from './setup-error';

/** Where a new password comes from. */
export interface PasswordSources {
  /** `--password-file`: a file, or `-`. */
  readonly file: string | undefined;
  /** COFFER_PASSWORD. */
  readonly environment: string | undefined;
}

/**
 * A new password from a file, the environment, or typed twice; checked before anything is done with it.
 *
 * @throws SetupError `weak-password`; DeviceCryptoError `invalid-password`; UsageError where there is none
 */
export async function readNewPassword({ reporter }: CommandContext, sources: PasswordSources): Promise<string> {
  const password = await readSecret({
    what: 'password',
    file: sources.file,
    environment: sources.environment,
    prompt: reporter.isInteractive ? askTwice : undefined,
    hint: 'Give it with --password-file FILE or in COFFER_PASSWORD.',
  });
  preparePassword(password);
  const strength = ratePassword(password);
  if (strength === 'refused') throw weak();
  if (strength === 'weak') {
    reporter.warn(
      'guessable-password',
      'This password could be guessed by someone who has the vault’s data. A few unrelated words more make it much stronger.',
    );
  }
  return password;
}

async function askTwice(): Promise<string> {
  const first = await askSecret('New password for your backup');
  if (ratePassword(first) === 'refused') throw weak();
  if ((await askSecret('The same password once more')) === first) return first;
  throw new SetupError('declined', 'The two passwords differ. Nothing was changed; run the command again.');
}

function weak(): SetupError {
  return new SetupError(
    'weak-password',
    `This password is too easy to guess: it needs ${leastPasswordCharacters} characters or more, and no mere row or repetition. Nothing was changed.`,
  );
}
