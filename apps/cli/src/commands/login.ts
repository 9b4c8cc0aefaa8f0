import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface LoginOptions extends CommonOptions {
  readonly deployment?: string;
  readonly sha256?: string;
}

const help = `
Shows a code and an address: open the address in any browser, sign in with the account of your chat service, and enter the code.
The first login pins the vault and its keys; with other keys under the same --home every later command stops.

Examples:
  coffer login --deployment deployment.json
  coffer login --deployment https://example.com/deployment.json --sha256 DIGITS
  coffer login                                 once more, at the same vault`;

/** `coffer login`, `logout`, `whoami`. */
export const registerLogin: Register = (program, context) => {
  program
    .command('login')
    .description('sign this device in to a vault')
    .option('--deployment <file>', 'deployment.json of your operator, or its address together with --sha256')
    .option('--sha256 <digits>', 'hash that the file must have')
    .addHelpText('after', help)
    .action(async ({ home, ...options }: LoginOptions) => {
      const { runLogin } = await import('../login/run-login');
      await runLogin(context, { ...options, home: readConfig(home).home });
    });
  program
    .command('logout')
    .description('end the sign-in of this device; keys stay until "coffer lock"')
    .action(async ({ home }: CommonOptions) => {
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
