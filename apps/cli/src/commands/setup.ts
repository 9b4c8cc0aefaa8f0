import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface SetupOptions extends CommonOptions {
  readonly digits?: boolean;
  readonly password?: boolean;
  readonly keyOut?: string;
  readonly key?: string;
  readonly passwordFile?: string;
  readonly acceptLoss?: boolean;
}

const help = `
Makes the backup key on this device and at least one keyslot, a way to get it back:
  --digits     the key itself as 64 digits, written down and typed back, or written to a file (--key-out)
  --password   kept by the vault under a password that it never sees; ten wrong guesses end it
What is there already stays; run it again to add the other one.

Examples:
  coffer setup --digits --password
  coffer setup --digits --key-out my-key.txt --password --password-file pass.txt --accept-loss`;

/** `coffer setup`. */
export const registerSetup: Register = (program, context) => {
  program
    .command('setup')
    .description('make the backup key of a vault account and its keyslots')
    .option('--digits', 'a keyslot of 64 digits')
    .option('--password', 'a keyslot with a password')
    .option('--key-out <file>', 'write the 64 digits there instead of showing them')
    .option('--key <file>', 'file that holds the 64-digit key of an account that has one already')
    .option('--password-file <file>', 'file that holds the new password; - for standard input')
    .option('--accept-loss', 'confirm that a lost key is a lost backup')
    .addHelpText('after', help)
    .action(async ({ home, digits, password, acceptLoss, ...files }: SetupOptions) => {
      const config = readConfig(home);
      const { runSetup } = await import('../setup/run-setup');
      await runSetup(context, {
        ...files,
        home: config.home,
        digits: digits ?? false,
        password: password ?? false,
        acceptLoss: acceptLoss ?? false,
        environmentKey: config.key,
        environmentPassword: config.password,
      });
    });
};
