import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface DeleteOptions extends CommonOptions {
  readonly key?: string;
  readonly withoutKey?: boolean;
  readonly yes?: boolean;
}

interface KeepOptions extends CommonOptions {
  readonly key?: string;
}

const help = `
With the account's key (on this device, or --key FILE) the account is closed at once, its backups are deleted and everything else of
it follows. Without the key (--without-key) it waits for weeks, is told on every channel, and ends as soon as somebody gives the
password or signs with the key. There is no way back after that.

Examples:
  coffer account delete
  coffer account delete --without-key
  coffer account keep`;

/** `coffer account delete`, `keep`, `status`. */
export const registerAccount: Register = (program, context) => {
  const account = program.command('account').description('deleting a vault account with everything in it');
  account
    .command('delete')
    .description('delete the account and all its backups')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--without-key', 'ask for it where the key is lost; needs a sign-in just made')
    .option('--yes', 'confirm without a question')
    .addHelpText('after', help)
    .action(async ({ home, yes, withoutKey, ...options }: DeleteOptions) => {
      const config = readConfig(home);
      const { runAccountDelete } = await import('../account/run-account');
      await runAccountDelete(context, {
        ...options,
        ...{ home: config.home, yes: yes ?? false, withoutKey: withoutKey ?? false, environmentKey: config.key },
      });
    });
  account
    .command('keep')
    .description('cancel a deletion that waits, with the account’s key')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .action(async ({ home, ...options }: KeepOptions) => {
      const config = readConfig(home);
      const { runAccountKeep } = await import('../account/run-account');
      await runAccountKeep(context, config.home, { ...options, environmentKey: config.key });
    });
  account
    .command('status')
    .description('whether a deletion waits')
    .action(async ({ home }: CommonOptions) => {
      const { runAccountStatus } = await import('../account/run-account');
      await runAccountStatus(context, readConfig(home).home);
    });
};
