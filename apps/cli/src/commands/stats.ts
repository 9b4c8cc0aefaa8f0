import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

const help = `
How many snapshots there are, what is in the newest, how much all of them hold before and after equal parts are stored once and
compressed, what that takes in the store, and what "coffer prune" could free while every snapshot stays. Reads no pack.
${repositoryHelp}

Examples:
  coffer stats --store file:/mnt/disk/backups --key coffer-key`;

/** `coffer stats`. */
export const registerStats: Register = (program, context) => {
  withRepositoryOptions(program.command('stats').description('how much the backups hold, and how much room they take'))
    .addHelpText('after', help)
    .action(async (options: RepositoryOptions) => {
      const { runStats } = await import('../stats/run-stats');
      await runStats(context, options);
    });
};
