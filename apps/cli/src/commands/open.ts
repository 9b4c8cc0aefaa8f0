import { Option } from 'commander';
import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import type { OpenRequest } from '../open/run-open';

/** What stands on the command line besides the file. */
type OpenOptions = CommonOptions & Omit<OpenRequest, 'file' | 'environmentKey'>;

const help = `
The key of an end-to-end encrypted WhatsApp backup (crypt15) is its 64-digit key, or the file encrypted_backup.key; of an older
one (crypt12, crypt14) the 158-byte file named key of the phone.
--key takes the digits themselves, a file that holds them, or - for standard input; without --key, COFFER_KEY is read,
and on a terminal you are asked. Digits on the command line stay in the history of your shell.

A Signal backup (version 2) wants the recovery key, by --passphrase-file or --key, and the account's id (ACI) by --aci; one from
the cloud also its token; a .backup file of an Android phone its passphrase of 30 digits. A file of the older form has no mark of its own: --aci says that it is one.

The JSON export of Telegram Desktop (result.json) and the JSON that Coffer writes want no key.

Formats: original   the decrypted content as it was, e.g. msgstore.db
         json       all conversations in one JSON document
         html       pages for people; open index.html

Nothing is written before the whole file has proven authentic, and a result gets its name only when it is complete.

Examples:
  coffer open msgstore.db.crypt15 --key key.txt --out ./opened
  coffer open msgstore.db.crypt15 --key key.txt --contacts wa.db.crypt15 --format html --out ./opened
  coffer open main --passphrase-file recovery.txt --aci UUID --format json --out ./opened
  coffer open msgstore-new.db.crypt15 --key key.txt --merge opened/msgstore-old.json --format json --out ./opened
  coffer open msgstore.db.crypt15 --key key.txt --conversation "Anna" --format html --out ./anna
  coffer open DataExport/result.json --media DataExport --format html --out ./opened
  coffer open "WhatsApp Chat with Anna.zip" --time-zone Europe/Berlin --format json --out ./opened`;

/** `coffer open`. */
export const registerOpen: Register = (program, context) => {
  program
    .command('open')
    .description('open a backup that another app wrote: WhatsApp, Signal, Telegram, exported chats')
    .argument('<file>', 'the backup')
    .requiredOption('--out <dir>', 'folder for the result; made if it is missing')
    .option('--key <digits|file>', '64-digit key, a key file, or - for standard input')
    .addOption(
      new Option('--format <format>', 'what to write').choices(['original', 'json', 'html']).default('original'),
    )
    .option('--passphrase-file <file>', "Signal's recovery key or passphrase, in a file; - is standard input")
    .option(
      '--aci <uuid>',
      'id of the Signal account, which a Signal backup of version 2 wants beside its recovery key',
    )
    .option('--token-file <file>', 'token of the Signal account: 32 bytes or 64 digits; backups in the cloud want it')
    .option(
      '--contacts <file>',
      "WhatsApp's wa.db or wa.db.crypt15, or an address book (.vcf), for the names of people",
    )
    .option('--time-zone <zone>', 'zone of the phone, e.g. Europe/Berlin: exported chats have local times only')
    .option('--accept-bad-checksum', 'open a file whose content is authentic and whose checksum is wrong')
    .option(
      '--merge <file...>',
      'put the conversations of these files with those of the backup, every message once; they must want no key',
    )
    .option(
      '--conversation <name>',
      'write this conversation only: its name or its id; may be given several times',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
    .option('--media <path>', 'folder or zip with the media, which are copied beside the pages of --format html')
    .option('--zip', 'write the pages of --format html as one zip')
    .option('--force', 'replace an older result that differs')
    .addHelpText('after', help)
    .action(async (file: string, options: OpenOptions) => {
      const { runOpen } = await import('../open/run-open');
      await runOpen(context, { ...options, file, environmentKey: readConfig(options.home).key });
    });
};
