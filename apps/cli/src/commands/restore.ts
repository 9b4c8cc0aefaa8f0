import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface RestoreOptions extends RepositoryOptions {
  readonly out?: string;
  readonly merge?: string;
  readonly conversation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly salvage?: boolean;
  readonly media?: boolean;
  readonly addMissing?: boolean;
}

const help = `
Restores the newest snapshot, or the one whose first digits are given ("coffer snapshots" lists them). The folder must be new
or empty: nothing is ever overwritten. A file gets its name when it is whole and every part of it has proven authentic.

--conversation, --since and --until write messages in place of files, a JSON document for each conversation, and fetch little else.
2024-05-31 is midnight on the clocks of this device; 2024-05-31T18:30Z is an instant. What --until names is left out.

Text first, media later: --no-media leaves out pictures, videos and sounds, known by their names. The same command with --add-missing
in place of it, and the snapshot's id (the first run says it), fills them in; it also goes on where a restore was interrupted. Files
that are there with their size and time are not fetched again, and what differs is left alone and named.

--merge puts messages into an export that is there, every message once: a folder with what --since or --conversation, or "coffer open
--format json", wrote. Messages that the export alone has stay in it, so it may be older, newer, or of another phone. Interrupted
anywhere, the export is as it was, or the next run of the command completes it; nothing of it is ever half written.

Where a backup is damaged, that stops at the first bad part. --salvage goes on: one bad piece of 16 KiB loses itself only. Files
that are not whole get ".salvaged" after their name and zeros where something is lost; each is named, and the exit code is 4.
${repositoryHelp}

Examples:
  coffer restore --store file:/mnt/disk/backups --key coffer-key --out ./restored
  coffer restore 3f9a --store s3://bucket/me --out ./restored
  coffer restore --salvage --store file:/mnt/disk/backups --key coffer-key --out ./what-is-left
  coffer restore --conversation 491700000000@s.whatsapp.net --store file:/mnt/disk/backups --out ./chat
  coffer restore 3f9a --no-media --store vault: --out ./restored
  coffer restore 3f9a --add-missing --store vault: --out ./restored
  coffer restore --since 2024-05-01 --until 2024-06-01 --store vault: --out ./may
  coffer restore --merge ./opened --store file:/mnt/disk/backups --key coffer-key`;

/** `coffer restore`. */
export const registerRestore: Register = (program, context) => {
  const command = program
    .command('restore')
    .description('restore a snapshot, or one conversation of it')
    .argument('[snapshot]', 'first digits of its id; the newest unless told');
  withRepositoryOptions(command)
    .option('--out <dir>', 'new or empty folder')
    .option('--merge <dir>', 'put the messages into the export in this folder, every message once')
    .option('--conversation <id>', 'write this conversation only, as a JSON document')
    .option('--since <time>', 'write messages as JSON documents: those of this day or instant, and later ones')
    .option('--until <time>', 'likewise those before this day or instant')
    .option('--no-media', 'leave out pictures, videos and sounds')
    .option('--add-missing', 'restore what an earlier restore into --out left out or did not come to')
    .option('--limit-down <rate>', 'read at most so many bytes a second from the store, such as 500k or 2M')
    .option('--salvage', 'restore what is left of a damaged backup, and name what is not')
    .addHelpText('after', help)
    .action(async (snapshot: string | undefined, options: RestoreOptions) => {
      const { runRestore } = await import('../restore/run-restore');
      await runRestore(context, { ...options, snapshot });
    });
};
