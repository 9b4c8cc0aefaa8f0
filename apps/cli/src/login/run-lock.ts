import type { CommandContext } from '../command-context';
import { HomeDirectory } from '../home/home-directory';
import { forgetKeys } from '../keys/kept-keys';

/** Removes every backup key from this device; what they open stays where it is. */
export async function runLock({ reporter }: CommandContext, homePath: string): Promise<void> {
  const keyIds = await forgetKeys(new HomeDirectory(homePath));
  reporter.summary(
    { keys: keyIds.length, keyIds },
    keyIds.length === 0
      ? 'There was no backup key on this device.'
      : 'Locked: this device holds no backup key any more. It takes the password or the 64 digits to open the backups again.',
  );
}
