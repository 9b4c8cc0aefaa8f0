import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';

interface RemoveOptions extends CommonOptions {
  readonly key?: string;
  readonly yes?: boolean;
}

const help = `
Removes a repository with everything in it, for good. It is signed with the account's key; one that a new start left behind is signed
with its own former key (--key FILE), or with the account's once the new start cannot be undone any more.

Examples:
  coffer repositories list
  coffer repositories remove 00112233445566778899aabbccddeeff`;

/** `coffer repositories list` and `remove`. */
export const registerRepositories: Register = (program, context) => {
  const repositories = program.command('repositories').description('the repositories of a vault account');
  repositories
    .command('list')
    .description('all of them, and whose key opens each')
    .action(async ({ home }: CommonOptions) => {
      const { runRepositoriesList } = await import('../repositories/run-repositories');
      await runRepositoriesList(context, readConfig(home).home);
    });
  repositories
    .command('remove <repository>')
    .description('remove one with all its backups')
    .option('--key <file>', 'file that holds the 64-digit key; - for standard input')
    .option('--yes', 'confirm without a question')
    .addHelpText('after', help)
    .action(async (repository: string, { home, yes, ...options }: RemoveOptions) => {
      const config = readConfig(home);
      const { runRepositoriesRemove } = await import('../repositories/run-repositories');
      await runRepositoriesRemove(context, {
        ...options,
        ...{ home: config.home, repository, yes: yes ?? false, environmentKey: config.key },
      });
    });
};
