import type { CommonOptions, Register } from '../command-context';
import { readConfig } from '../config';
import { repositoryHelp } from '../repository/repository-options';

interface InitOptions extends CommonOptions {
  readonly store: string;
  readonly keyOut?: string;
  readonly another?: boolean;
  readonly keepKey?: boolean;
}

const help = `
Makes a new 64-digit key and an empty repository for encrypted backups, without any server. The key is recorded first: in the
file of --key-out, which is synced to the disk and read back, or on the terminal, where you type it back.
${repositoryHelp}

Examples:
  coffer init --store file:/mnt/disk/backups --key-out /safe/place/coffer-key
  coffer init --store "s3://bucket/me?endpoint=https://s3.example.org" --key-out coffer-key
  coffer init --store webdav+https://cloud.example.org/remote.php/dav/files/anna/Backups --key-out coffer-key`;

/** `coffer init`. */
export const registerInit: Register = (program, context) => {
  program
    .command('init')
    .description('make a key and an empty repository, without any server')
    .requiredOption('--store <url>', 'where the encrypted backups will be')
    .option('--key-out <file>', 'file to record the new key in; must not be there yet')
    .option('--keep-key', "keep the key in this device's folder as well, so that later commands need no --key")
    .option('--another', 'make a repository although the store holds one')
    .addHelpText('after', help)
    .action(async ({ store, keyOut, another = false, keepKey = false, home }: InitOptions) => {
      const { runInit } = await import('../init/run-init');
      const config = readConfig(home);
      await runInit(context, {
        ...{ store, keyOut, isAnother: another, isKept: keepKey },
        ...{ home: config.home, environment: config.stores },
      });
    });
};
