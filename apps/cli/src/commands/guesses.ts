import { InvalidArgumentError } from 'commander';

import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { keySourcesOf, type KeyOptions } from '../vault/key-sources';

interface VetoOptions extends KeyOptions, CommonOptions {
  readonly hours: number;
}

const longestHours = 72;

const help = `
For when somebody else tries passwords on this account: no password is taken for the time that you name, not yours either. It
needs the backup key, on this device or given (--key FILE); backups go on, and the same key can lift it. Give it again to
renew it.

Examples:
  coffer guesses status
  coffer guesses veto --hours 24
  coffer guesses lift`;

/** `coffer guesses veto`, `lift`, `status`. */
export const registerGuesses: Register = (program, context) => {
  const guesses = program
    .command('guesses')
    .description('password guesses on this account: what is left, and stopping them');
  guesses
    .command('veto')
    .description('stop all guesses for a while')
    .option('--hours <count>', `how long, 1 to ${longestHours}`, wholeHours, longestHours)
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--password-file <file>', 'file that holds the password; - for standard input')
    .addHelpText('after', help)
    .action(async ({ hours, home, ...options }: VetoOptions) => {
      const config = readConfig(home);
      const { runGuessesVeto } = await import('../guesses/run-guesses');
      await runGuessesVeto(context, config.home, { hours, sources: keySourcesOf(options, config) });
    });
  guesses
    .command('lift')
    .description('take guesses again')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .action(async ({ home, ...options }: KeyOptions & CommonOptions) => {
      const config = readConfig(home);
      const { runGuessesLift } = await import('../guesses/run-guesses');
      await runGuessesLift(context, config.home, keySourcesOf(options, config));
    });
  guesses
    .command('status')
    .description('how many are left, and whether they are stopped')
    .action(async ({ home }: CommonOptions) => {
      const { runGuessesStatus } = await import('../guesses/run-guesses');
      await runGuessesStatus(context, readConfig(home).home);
    });
};

function wholeHours(text: string): number {
  const hours = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (hours < 1 || hours > longestHours)
    throw new InvalidArgumentError(`whole hours from 1 to ${longestHours} expected`);
  return hours;
}
