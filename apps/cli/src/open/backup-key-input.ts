import { readFile, stat } from 'node:fs/promises';
import { buffer as readBuffer } from 'node:stream/consumers';
import { parseBackupKeyDigits, readWhatsAppKeyFile, type KeyWanted, type WhatsAppKeys } from '@coffer/chat-formats';

import { askSecret } from '../input/prompts';
import type { Reporter } from '../output/reporter';
import { UsageError } from '../output/usage-error';

const maximumBytes = 4096;

export interface BackupKeySources {
  /** `--key`: digits, a file, or `-`. */
  readonly option: string | undefined;
  /** COFFER_KEY: digits or a file. */
  readonly environment: string | undefined;
}

/**
 * The key of a WhatsApp backup, from the option, the environment or, for 64 digits, a prompt. What was given is read whatever is
 * wanted: the reader says which key it wants instead. The caller wipes it.
 *
 * @throws ChatFormatError `invalid-key`; UsageError where there is none
 */
export async function readWhatsAppKeys(
  reporter: Reporter,
  sources: BackupKeySources,
  wanted: KeyWanted,
): Promise<WhatsAppKeys> {
  const { option, environment } = sources;
  if (option === '-') return readWhatsAppKeyFile(await readBuffer(process.stdin));
  if (option !== undefined) {
    return readDigitsOrFile(option, () =>
      reporter.warn(
        'key-in-history',
        'digits on the command line stay in the history of your shell; a file or - does not',
      ),
    );
  }
  if (environment !== undefined && environment !== '') return readDigitsOrFile(environment, () => undefined);
  if (wanted === 'whatsapp-key-file') {
    throw new UsageError(
      'This backup wants the 158-byte file named key of the phone that wrote it: give it with --key FILE.',
    );
  }
  if (reporter.isInteractive) return { key: parseBackupKeyDigits(await askSecret('64-digit key of this backup')) };
  throw new UsageError(
    'This backup wants its 64-digit key: give it with --key, on standard input (--key -) or in COFFER_KEY.',
  );
}

async function readDigitsOrFile(value: string, onDigits: () => void): Promise<WhatsAppKeys> {
  const found = await stat(value).catch(() => undefined);
  if (found === undefined) {
    if (!looksLikeDigits(value)) throw new UsageError('There is no such key file, and these are no 64 digits.');
    onDigits();
    return { key: parseBackupKeyDigits(value) };
  }
  if (!found.isFile() || found.size > maximumBytes) throw new UsageError('What --key names is no key file.');
  const content = await readFile(value);
  try {
    return readWhatsAppKeyFile(content);
  } finally {
    content.fill(0);
  }
}

/** Digits with a mistake in them are still digits, and get the message that counts them. */
const looksLikeDigits = (value: string): boolean =>
  /^[\s\-:.,]*(?:[0-9a-z][\s\-:.,]*){40,}$/i.test(value) && !/[/\\]/.test(value);
