import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface KeyOption extends CommonOptions {
  readonly key?: string;
}

interface FinishOptions extends CommonOptions {
  readonly passwordFile?: string;
  readonly lostKey?: string;
}

const help = `
For when the 64 digits and the password are both lost. A new start waits for days, is told on every channel, and ends as soon as
somebody gives the old password or signs with the old key. It opens no old backup: that one stays closed, and stays.

Examples:
  coffer new-start begin
  coffer new-start finish
  coffer new-start cancel
  coffer new-start undo --key old-key.txt`;

/** `coffer new-start begin`, `status`, `cancel`, `finish`, `undo`. */
export const registerNewStart: Register = (program, context) => {
  const newStart = program
    .command('new-start')
    .description('another key for an account whose key and password are both lost')
    .addHelpText('after', help);
  newStart
    .command('begin')
    .description('begin the wait; needs a sign-in just made')
    .action(async ({ home }: CommonOptions) => {
      const { runNewStartBegin } = await import('../new-start/run-new-start');
      await runNewStartBegin(context, readConfig(home).home);
    });
  newStart
    .command('status')
    .description('what was asked for, and what became of it')
    .action(async ({ home }: CommonOptions) => {
      const { runNewStartStatus } = await import('../new-start/run-new-start');
      await runNewStartStatus(context, readConfig(home).home);
    });
  newStart
    .command('cancel')
    .description('end one that waits or is open, with the account’s key')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .action(async ({ home, ...options }: KeyOption) => {
      const config = readConfig(home);
      const { runNewStartCancel } = await import('../new-start/run-new-start');
      await runNewStartCancel(context, config.home, { ...options, environmentKey: config.key });
    });
  newStart
    .command('finish')
    .description('once it is open: a new key, a new password, a new repository')
    .option('--password-file <file>', 'file that holds the new password; - for standard input')
    .option('--lost-key <id>', 'the id of the lost key, to confirm that its backups stay closed')
    .action(async ({ home, ...options }: FinishOptions) => {
      const config = readConfig(home);
      const { runNewStartFinish } = await import('../new-start/run-new-start-finish');
      await runNewStartFinish(context, { ...options, home: config.home, environmentPassword: config.password });
    });
  newStart
    .command('undo')
    .description('take the account back with the former key')
    .option('--key <file>', 'file that holds the former 64-digit key; - for standard input')
    .action(async ({ home, ...options }: KeyOption) => {
      const config = readConfig(home);
      const { runNewStartUndo } = await import('../new-start/run-new-start');
      await runNewStartUndo(context, config.home, { ...options, environmentKey: config.key });
    });
};
