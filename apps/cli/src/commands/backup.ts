import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface BackupOptions extends RepositoryOptions {
  readonly rescan?: boolean;
}

const help = `
Files come back byte for byte. Chat databases and exported chats are stored as files, for the app, and as conversations, for
people. Files whose size, time and inode are those of the last backup are not read again; --rescan reads them all.
Interrupted anywhere, the next run goes on; what was stored stays.
${repositoryHelp}

Examples:
  coffer backup ~/WhatsApp --store file:/mnt/disk/backups --key coffer-key
  coffer backup msgstore.db Media --store s3://bucket/me --rescan`;

/** `coffer backup`. */
export const registerBackup: Register = (program, context) => {
  const command = program
    .command('backup')
    .description('back up files, folders and the conversations in them, encrypted')
    .argument('<source...>', 'files and folders');
  withRepositoryOptions(command)
    .option('--rescan', 'read every file, also those that look unchanged')
    .addHelpText('after', help)
    .action(async (sources: string[], options: BackupOptions) => {
      const { runBackup } = await import('../backup/run-backup');
      await runBackup(context, { ...options, sources });
    });
};
