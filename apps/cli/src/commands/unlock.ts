import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { keySourcesOf, type KeyOptions } from '../vault/key-sources';

const help = `
Gets the backup key of the account that is signed in: from the 64 digits (--key FILE, COFFER_KEY), or with the password
(--password-file FILE, COFFER_PASSWORD, or asked for). A wrong password costs one of ten guesses; what is left is shown before
and after. The key stays in the folder of this device until "coffer lock".

Examples:
  coffer unlock
  coffer unlock --key my-key.txt`;

/** `coffer unlock` and `lock`. */
export const registerUnlock: Register = (program, context) => {
  program
    .command('unlock')
    .description('bring the backup key of a vault account to this device')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .addHelpText('after', help)
    .action(async (options: KeyOptions & CommonOptions) => {
      const config = readConfig(options.home);
      const { runUnlock } = await import('../vault/run-unlock');
      await runUnlock(context, config.home, keySourcesOf(options, config));
    });
  program
    .command('lock')
    .description('remove the backup keys from this device')
    .action(async ({ home }: CommonOptions) => {
      const { runLock } = await import('../login/run-lock');
      await runLock(context, readConfig(home).home);
    });
};
