import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface ChangeOptions extends CommonOptions {
  readonly key?: string;
  readonly passwordFile?: string;
}

const help = `
Needs the backup key on this device (coffer unlock), or --key FILE; the old password is not asked for. The new one comes from
--password-file FILE, COFFER_PASSWORD, or is typed twice. The old one works until the new one has been proven.

Examples:
  coffer password change
  coffer password change --password-file new-pass.txt`;

/** `coffer password change`. */
export const registerPassword: Register = (program, context) => {
  program
    .command('password')
    .description('the password of a vault account’s backup')
    .command('change')
    .description('set another one from a device that holds the key')
    .option('--password-file <file>', 'file that holds the new password; - for standard input')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .addHelpText('after', help)
    .action(async ({ home, ...files }: ChangeOptions) => {
      const config = readConfig(home);
      const { runPasswordChange } = await import('../password/run-password-change');
      await runPasswordChange(context, {
        ...files,
        home: config.home,
        environmentKey: config.key,
        environmentPassword: config.password,
      });
    });
};
