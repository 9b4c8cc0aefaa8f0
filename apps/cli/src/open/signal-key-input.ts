import { readFile, stat } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import {
  parseAci,
  parseRecoveryKey,
  parseSignalPassphrase,
  readForwardSecrecyToken,
  type SignalKeys,
  type SignalPassphrase,
} from '@coffer/chat-formats';

import { askSecret } from '../input/prompts';
import { readSecretFile } from '../input/secret-input';
import type { Reporter } from '../output/reporter';
import { UsageError } from '../output/usage-error';

export interface SignalKeySources {
  /** `--passphrase-file`, or `-`. */
  readonly passphraseFile: string | undefined;
  /** `--key`: the characters, a file, or `-`. */
  readonly option: string | undefined;
  /** COFFER_KEY: the characters or a file. */
  readonly environment: string | undefined;
  /** `--aci`. */
  readonly aci: string | undefined;
  /** `--token-file`. */
  readonly tokenFile: string | undefined;
}

const maximumTokenBytes = 4096;

/**
 * Recovery key, account id and token of a Signal backup. The caller wipes them.
 *
 * @throws ChatFormatError `invalid-key`; UsageError where something is missing
 */
export async function readSignalKeys(reporter: Reporter, sources: SignalKeySources): Promise<SignalKeys> {
  if (sources.aci === undefined) {
    throw new UsageError('This Signal backup wants the id of the account (ACI), a UUID: give it with --aci.');
  }
  const aci = parseAci(sources.aci);
  const token = sources.tokenFile === undefined ? undefined : await readToken(sources.tokenFile);
  const words = await readWords(reporter, sources, 'recovery key (64 characters)');
  return { recoveryKey: parseRecoveryKey(words), aci, ...(token === undefined ? {} : { token }) };
}

/**
 * The passphrase of a Signal backup file of an Android phone. The caller wipes it.
 *
 * @throws ChatFormatError `invalid-key`; UsageError where there is none
 */
export async function readSignalPassphrase(reporter: Reporter, sources: SignalKeySources): Promise<SignalPassphrase> {
  return parseSignalPassphrase(await readWords(reporter, sources, 'passphrase (30 digits)'));
}

/** The text of a secret from its file, the option, the environment or a prompt. @throws UsageError where there is none */
async function readWords(
  reporter: Reporter,
  { passphraseFile, option, environment }: SignalKeySources,
  what: string,
): Promise<string> {
  if (passphraseFile !== undefined) return readSecretFile(passphraseFile, what);
  if (option === '-') return readText(process.stdin);
  if (option !== undefined) {
    if (await isFile(option)) return readSecretFile(option, what);
    reporter.warn(
      'key-in-history',
      'a key on the command line stays in the history of your shell; a file or - does not',
    );
    return option;
  }
  if (environment !== undefined && environment !== '') {
    return (await isFile(environment)) ? readSecretFile(environment, what) : environment;
  }
  if (reporter.isInteractive) return askSecret(`${what} of this backup`);
  throw new UsageError(`This backup wants its ${what}: give it with --passphrase-file, --key - or in COFFER_KEY.`);
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true;

async function readToken(path: string): Promise<Uint8Array> {
  if (!(await isFile(path))) throw new UsageError('What --token-file names is no file.');
  const content = await readFile(path);
  if (content.length > maximumTokenBytes) throw new UsageError('What --token-file names is no token file.');
  return readForwardSecrecyToken(content);
}
