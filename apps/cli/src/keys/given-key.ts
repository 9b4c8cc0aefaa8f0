import { stat } from 'node:fs/promises';
import { buffer as readBuffer } from 'node:stream/consumers';
import { inspectDigits, parseDigits, type BackupKey } from '@coffer/device-crypto';

import { UsageError } from '../output/usage-error';
import { parseKeyText, readKeyFile } from './key-file';

/** Where a backup key may be given. */
export interface KeySources {
  /** `--key`: a file, or `-` for standard input. */
  readonly option: string | undefined;
  /** COFFER_KEY: a file or the digits. */
  readonly environment: string | undefined;
}

/**
 * The backup key that `--key` names. Digits are not taken there: they would stay in the history of the shell.
 *
 * @throws KeyFileError `invalid-key`; UsageError where there is no such file
 */
export async function readKeyOption(option: string): Promise<BackupKey> {
  if (option === '-') return parseKeyText(await readBuffer(process.stdin), 'Standard input');
  const kind = await kindOf(option);
  if (kind === 'file') return readKeyFile(option);
  if (kind !== undefined)
    throw new UsageError(`"${option}" is a ${kind}; --key takes the file that holds the 64 digits.`);
  if (inspectDigits(option).digits >= 40) {
    throw new UsageError(
      '--key takes a file here: digits on the command line stay in the history of your shell. ' +
        'Give them in a file, on standard input (--key -) or in COFFER_KEY.',
    );
  }
  throw new UsageError(`There is no key file "${option}".`);
}

/** The backup key that COFFER_KEY holds or names. @throws KeyFileError `invalid-key`; DeviceCryptoError */
export async function readKeyVariable(value: string): Promise<BackupKey> {
  return (await kindOf(value)) === 'file' ? readKeyFile(value) : parseDigits(value);
}

/** The backup key that was given, if any. @throws as `readKeyOption` and `readKeyVariable` */
export async function readGivenKey({ option, environment }: KeySources): Promise<BackupKey | undefined> {
  if (option !== undefined) return readKeyOption(option);
  if (environment !== undefined && environment !== '') return readKeyVariable(environment);
  return undefined;
}

/** What lies under a path; undefined where nothing does. */
async function kindOf(path: string): Promise<'file' | 'folder' | 'device' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isFile() || found.isFIFO()) return 'file';
  return found.isDirectory() ? 'folder' : 'device';
}
