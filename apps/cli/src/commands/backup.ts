import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface BackupOptions extends RepositoryOptions {
  readonly rescan?: boolean;
  readonly exclude?: readonly string[];
  readonly media?: boolean;
}

const help = `
Files come back byte for byte. Chat databases and exported chats are stored as files, for the app, and as conversations, for
people. Files whose size, time and inode are those of the last backup are not read again; --rescan reads them all.
Interrupted anywhere, the next run goes on; what was stored stays.

--exclude leaves out what fits a pattern, with everything below it: "*.tmp" fits names in every folder, "WhatsApp/.Thumbs" the path
from the source on; * stays within a name, ** does not. --no-media leaves out pictures, videos and sounds, known by their names: text
first, media another time. What is left out is not in the new snapshot; older snapshots keep it.
${repositoryHelp}

Examples:
  coffer backup ~/WhatsApp --store file:/mnt/disk/backups --key coffer-key
  coffer backup msgstore.db Media --store s3://bucket/me --rescan
  coffer backup ~/WhatsApp --no-media --exclude "*.tmp" --limit-up 500k --store vault:`;

/** `coffer backup`. */
export const registerBackup: Register = (program, context) => {
  const command = program
    .command('backup')
    .description('back up files, folders and the conversations in them, encrypted')
    .argument('<source...>', 'files and folders');
  withRepositoryOptions(command)
    .option('--rescan', 'read every file, also those that look unchanged')
    .option('--exclude <glob>', 'leave out what fits; may be given several times', appended)
    .option('--no-media', 'leave out pictures, videos and sounds')
    .option('--limit-up <rate>', 'store at most so many bytes a second, such as 500k or 2M')
    .option('--limit-down <rate>', 'likewise reading from the store')
    .addHelpText('after', help)
    .action(async (sources: string[], options: BackupOptions) => {
      const { runBackup } = await import('../backup/run-backup');
      await runBackup(context, { ...options, sources });
    });
};

function appended(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
