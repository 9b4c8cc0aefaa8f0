import { InvalidArgumentError } from 'commander';
import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import type { FileRequest } from '../open/open-file';
import { repositoryHelp } from '../repository/repository-options';

interface SearchOptions extends CommonOptions, Omit<FileRequest, 'file' | 'environmentKey' | 'acceptBadChecksum'> {
  readonly file?: string;
  readonly store?: string;
  readonly snapshot?: string;
  readonly limit: number;
  readonly repository?: string;
  readonly passwordFile?: string;
}

const help = `
A message is found that has all the words, in whatever case, with accents or without, and in any script; words in quotation marks
are taken as they stand. Nothing is written: every message is looked at, and no index is made.

--file takes what "coffer open" takes, with the same keys. --store looks through the newest snapshot, or that of --snapshot.
${repositoryHelp}

Examples:
  coffer search gruesse berlin --file msgstore.db.crypt15 --key key.txt
  coffer search '"see you at eight"' --store file:/mnt/disk/backups --key coffer-key`;

const mostShown = 10_000;

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= mostShown) return count;
  throw new InvalidArgumentError(`a number from 1 to ${mostShown}`);
}

/** `coffer search`. */
export const registerSearch: Register = (program, context) => {
  program
    .command('search')
    .description('find messages by their words, in a backup of another app or in a snapshot')
    .argument('<words...>', 'words that must all be there')
    .option('--file <file>', 'a backup that another app wrote, or an exported chat')
    .option('--store <url>', 'where the encrypted backups are')
    .option('--snapshot <id>', 'first digits of a snapshot; the newest unless told')
    .option('--limit <count>', 'show so many messages at most, the newest', countOf, 100)
    .option('--key <digits|file>', 'the key; with --store a file that holds it')
    .option('--passphrase-file <file>', "Signal's recovery key or passphrase, in a file")
    .option('--aci <uuid>', 'id of the Signal account')
    .option('--token-file <file>', 'token of the Signal account')
    .option('--contacts <file>', 'wa.db, wa.db.crypt15 or an address book (.vcf), for the names of people')
    .option('--time-zone <zone>', 'zone of the phone: exported chats have local times only')
    .option('--repository <id>', 'which one, where the key opens several')
    .option('--password-file <file>', 'file that holds the password, for a vault')
    .addHelpText('after', help)
    .action(async (words: readonly string[], { file, store, snapshot, limit, ...options }: SearchOptions) => {
      const { runSearch } = await import('../search/run-search');
      const environmentKey = readConfig(options.home).key;
      await runSearch(context, {
        words,
        limit,
        ...(file === undefined ? {} : { file: { ...options, file, environmentKey } }),
        ...(store === undefined ? {} : { repository: { ...options, store } }),
        ...(snapshot === undefined ? {} : { snapshot }),
      });
    });
};
