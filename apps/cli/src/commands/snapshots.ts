import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

const help = `${repositoryHelp}

Example:
  coffer snapshots --store file:/mnt/disk/backups --key coffer-key`;

/** `coffer snapshots`. */
export const registerSnapshots: Register = (program, context) => {
  withRepositoryOptions(program.command('snapshots').description('list the dated states that can be restored'))
    .addHelpText('after', help)
    .action(async (options: RepositoryOptions) => {
      const { runSnapshots } = await import('../snapshots/run-snapshots');
      await runSnapshots(context, options);
    });
};
