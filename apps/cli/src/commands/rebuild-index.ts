import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

const help = `
Indexes say which part of a file lies where in which pack. Where some are missing or damaged, this makes them anew from the packs
themselves, each in the place where it was, so that every snapshot reads again. Sound indexes, packs and snapshots are left alone,
and no backup is changed. Run "coffer verify" afterwards. What lies in packs that are lost themselves is not brought back by this.
${repositoryHelp}

Examples:
  coffer rebuild-index --store file:/mnt/disk/backups --key coffer-key`;

/** `coffer rebuild-index`. */
export const registerRebuildIndex: Register = (program, context) => {
  withRepositoryOptions(program.command('rebuild-index').description('make lost indexes anew, from the packs alone'))
    .addHelpText('after', help)
    .action(async (options: RepositoryOptions) => {
      const { runRebuildIndex } = await import('../rebuild-index/run-rebuild-index');
      await runRebuildIndex(context, options);
    });
};
