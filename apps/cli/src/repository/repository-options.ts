import type { Command } from 'commander';

import type { CommonOptions } from '../command-context';
import type { CliConfig } from '../config';
import { rateLimiterOf, type RateOptions } from '../stores/rate-options';
import type { StoreRequest } from '../stores/store-opener';

/** The options of every command that works on a repository. */
export interface RepositoryOptions extends CommonOptions, RateOptions {
  readonly store: string;
  readonly key?: string;
  readonly repository?: string;
  readonly passwordFile?: string;
}

/** Where keys and stores are explained, below each command's own help. */
export const repositoryHelp = `
Stores: file:DIR             a folder
        s3://BUCKET/PREFIX   S3 or a compatible service (?endpoint=URL&region=NAME); credentials from the environment
        webdav+https://HOST/FOLDER
                             a WebDAV server such as Nextcloud; sign in first: coffer login --store URL
        drive:appdata        a hidden folder of your Google Drive; sign in first
        icloud:CONTAINER     a private database of your iCloud; sign in first
        vault:               what the vault grants to the account that is signed in (coffer login)

The key comes from --key FILE (- for standard input), COFFER_KEY, or this device's folder. Digits on the command line are not
taken: they would stay in the history of your shell. For a vault the password does as well: --password-file FILE,
COFFER_PASSWORD, or asked for.`;

/** Adds the options of {@link RepositoryOptions}. */
export function withRepositoryOptions(command: Command): Command {
  return command
    .requiredOption('--store <url>', 'where the encrypted backups are')
    .option('--key <file>', 'file that holds the 64-digit key')
    .option('--repository <id>', 'which one, where the key opens several')
    .option('--password-file <file>', 'file that holds the password, for a vault');
}

/** What of them opens the repository, without the home. @param config - what of the environment counts */
export function requestOf(
  options: RepositoryOptions,
  config: Pick<CliConfig, 'key' | 'stores'>,
): Omit<StoreRequest, 'home'> {
  return {
    url: options.store,
    key: options.key,
    environmentKey: config.key,
    environment: config.stores,
    repositoryId: options.repository,
    passwordFile: options.passwordFile,
    limiter: rateLimiterOf(options),
  };
}
