import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface RestoreOptions extends RepositoryOptions {
  readonly out: string;
  readonly conversation?: string;
}

const help = `
Restores the newest snapshot, or the one whose first digits are given ("coffer snapshots" lists them). The folder must be new
or empty: nothing is ever overwritten. A file gets its name when it is whole and every part of it has proven authentic.
${repositoryHelp}

Examples:
  coffer restore --store file:/mnt/disk/backups --key coffer-key --out ./restored
  coffer restore 3f9a --store s3://bucket/me --out ./restored
  coffer restore --conversation 491700000000@s.whatsapp.net --store file:/mnt/disk/backups --out ./chat`;

/** `coffer restore`. */
export const registerRestore: Register = (program, context) => {
  const command = program
    .command('restore')
    .description('restore a snapshot, or one conversation of it')
    .argument('[snapshot]', 'first digits of its id; the newest unless told');
  withRepositoryOptions(command)
    .requiredOption('--out <dir>', 'new or empty folder')
    .option('--conversation <id>', 'write this conversation only, as a JSON document')
    .addHelpText('after', help)
    .action(async (snapshot: string | undefined, options: RestoreOptions) => {
      const { runRestore } = await import('../restore/run-restore');
      await runRestore(context, { ...options, snapshot });
    });
};
