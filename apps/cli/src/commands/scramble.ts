import type { Register } from '../command-context';
import { repositoryHelp, withRepositoryOptions, type RepositoryOptions } from '../repository/repository-options';

interface ScrambleOptions extends RepositoryOptions {
  readonly out: string;
  readonly conversation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly media?: boolean;
}

const help = `
For a report about a fault that your chats show and nobody else's do: the same conversations with nonsense in place of everything that
was said, under a secret that is made for this one time and kept nowhere. Names, numbers, ids, texts, file names, places and hashes are
replaced, media are random bytes of the same length, and all times go back by the same number of days.

What stays: how many conversations, people, messages and files there are, how long each text is and in which script, which are
equal, who answers whom, kinds, edits, reactions, sizes, the time of day and the time between messages. Whoever gets the folder
learns that much. --no-media leaves the random files out; --conversation, --since and --until narrow it, which is the best protection.

Writes a JSON document for each conversation, which "coffer open" and "coffer backup" read, and media/ beside them.
${repositoryHelp}

Examples:
  coffer scramble --store file:/mnt/disk/backups --key coffer-key --no-media --out ./for-the-report
  coffer scramble 3f9a --conversation 491700000000@s.whatsapp.net --store vault: --out ./for-the-report`;

/** `coffer scramble`. */
export const registerScramble: Register = (program, context) => {
  const command = program
    .command('scramble')
    .description('the chats of a snapshot, same shape and no content, for a bug report')
    .argument('[snapshot]', 'first digits of its id; the newest unless told');
  withRepositoryOptions(command)
    .requiredOption('--out <dir>', 'new or empty folder')
    .option('--conversation <id>', 'this conversation only')
    .option('--since <time>', 'messages of this day or instant, and later ones')
    .option('--until <time>', 'messages before this day or instant')
    .option('--no-media', 'no random files in place of the media')
    .option('--limit-down <rate>', 'read at most so many bytes a second from the store, such as 500k or 2M')
    .addHelpText('after', help)
    .action(async (snapshot: string | undefined, options: ScrambleOptions) => {
      const { runScramble } = await import('../scramble/run-scramble');
      await runScramble(context, { ...options, snapshot });
    });
};
