import { Option } from 'commander';

import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface LoginOptions extends CommonOptions {
  readonly deployment?: string;
  readonly sha256?: string;
}

interface StoreLoginOptions extends CommonOptions {
  readonly store?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
}

const help = `
Shows a code and an address: open the address in any browser, sign in with the account of your chat service, and enter the code.
The first login pins the vault and its keys; with other keys under the same --home every later command stops.

With --store it signs in at a store of your own instead, and keeps that in this device's folder, so that backups by themselves
need no environment. WebDAV asks for a user and a password: with Nextcloud make an app password under Settings > Security. Google
Drive shows a code and an address; iCloud an address to sign in at. docs/stores.md says what each store wants and promises.

Examples:
  coffer login --deployment deployment.json
  coffer login --deployment https://example.com/deployment.json --sha256 DIGITS
  coffer login                                 once more, at the same vault
  coffer login --store webdav+https://cloud.example.org/remote.php/dav/files/anna/Backups --user anna
  coffer login --store drive:appdata
  coffer login --store icloud:iCloud.org.example.backups`;

/** `coffer login`, `logout`, `whoami`. */
export const registerLogin: Register = (program, context) => {
  program
    .command('login')
    .description('sign this device in to a vault, or to a store')
    .option('--deployment <file>', 'deployment.json of your operator, or its address together with --sha256')
    .option('--sha256 <digits>', 'hash that the file must have')
    .addOption(new Option('--store <url>', 'sign in at this store, not at a vault').conflicts(['deployment', 'sha256']))
    .option('--user <name>', 'user at the store')
    .option('--password-file <file>', 'file that holds the password at the store; - for standard input')
    .addHelpText('after', help)
    .option(
      '--token-file <file>',
      'file that holds the address which the sign-in at iCloud ended at; - for standard input',
    )
    .action(async ({ home, store, user, passwordFile, tokenFile, ...options }: LoginOptions & StoreLoginOptions) => {
      if (store !== undefined) {
        const { runStoreLogin } = await import('../stores/run-store-login');
        return runStoreLogin(context, { ...{ store, user, passwordFile, tokenFile }, config: readConfig(home) });
      }
      const { runLogin } = await import('../login/run-login');
      await runLogin(context, { ...options, home: readConfig(home).home });
    });
  program
    .command('logout')
    .description('end the sign-in of this device; keys stay until "coffer lock"')
    .option('--store <url>', 'forget the sign-in at this store, not that at the vault')
    .action(async ({ home, store }: StoreLoginOptions) => {
      if (store !== undefined) {
        const { runStoreLogout } = await import('../stores/run-store-logout');
        return runStoreLogout(context, store, readConfig(home).home);
      }
      const { runLogout } = await import('../login/run-logout');
      await runLogout(context, readConfig(home).home);
    });
  program
    .command('whoami')
    .description('who is signed in, at which vault, with which keyslots')
    .action(async ({ home }: CommonOptions) => {
      const { runWhoami } = await import('../login/run-whoami');
      await runWhoami(context, readConfig(home).home);
    });
};
