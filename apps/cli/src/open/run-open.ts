import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ChatFormatError, type KeyWanted, type OpenedBackup } from '@coffer/chat-formats';
import { identifyBackup, openBackup, type OpenBackupOptions } from '@coffer/chat-formats/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import type { Reporter, SummaryFields } from '../output/reporter';
import { UsageError } from '../output/usage-error';
import { readWhatsAppKeys } from './backup-key-input';
import { mergeWith } from './merge-with';
import { readSignalKeys, readSignalPassphrase } from './signal-key-input';
import { writeHtml, writeJson, writeOriginal, type Output } from './outputs';

export type OpenFormat = 'original' | 'json' | 'html';

/** What `coffer open` is asked. */
export interface OpenRequest {
  readonly file: string;
  readonly out: string;
  readonly format: OpenFormat;
  readonly key?: string;
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
  readonly passphraseFile?: string;
  readonly aci?: string;
  readonly tokenFile?: string;
  readonly contacts?: string;
  readonly timeZone?: string;
  readonly acceptBadChecksum?: boolean;
  readonly force?: boolean;
  /** One zip, for `--format html`. */
  readonly zip?: boolean;
  /** Folder with the media, for `--format html`. */
  readonly media?: string;
  /** Files without encryption whose conversations are put together with those of the backup. */
  readonly merge?: readonly string[];
}

const writers = { original: writeOriginal, json: writeJson, html: writeHtml } as const;

/**
 * Opens a foreign backup into a folder. What is encrypted is authenticated before anything is written.
 *
 * @throws ChatFormatError and UsageError as `openBackup` and `readWhatsAppKeys` do; OutputError `already-exists`
 */
export async function runOpen(context: CommandContext, request: OpenRequest): Promise<void> {
  const { reporter } = context;
  const { size } = await stat(request.file);
  if (request.merge !== undefined && request.format === 'original') {
    throw new UsageError('--merge puts conversations together: say --format json or --format html with it.');
  }
  if ((request.media !== undefined || request.zip === true) && request.format !== 'html') {
    throw new UsageError('--media and --zip are for pages: say --format html with them.');
  }
  const opened = await open(context, request, size);
  const backup = request.merge === undefined ? opened : await mergeWith(opened, request.merge, request.timeZone);
  try {
    const warned = warnings(reporter, backup, 0);
    const baseName = backup.payload.name.replace(/\.(?:db|txt|zip|json|records|decrypted)$/i, '');
    const output = await writers[request.format](backup, {
      folder: request.out,
      baseName,
      isForced: request.force ?? false,
      signal: context.signal,
      isZip: request.zip ?? false,
      ...(request.media === undefined ? {} : { mediaFolder: request.media }),
      onWritten: (doneBytes, doneItems, totalItems) => {
        reporter.progress({
          phase: 'writing',
          doneBytes,
          ...(doneItems === undefined ? {} : { doneItems }),
          ...(totalItems === undefined ? {} : { totalItems }),
        });
      },
    });
    // what only reading the conversations showed
    warnings(reporter, backup, warned);
    reporter.summary(figuresOf(backup, request, output), sentenceOf(output, request.out));
  } finally {
    backup.close();
  }
}

async function open(
  { reporter, signal }: CommandContext,
  request: OpenRequest,
  totalBytes: number,
): Promise<OpenedBackup> {
  const { file, contacts, timeZone, acceptBadChecksum } = request;
  let doneBytes = 0;
  const keys = await readKeys(reporter, request);
  try {
    return await openBackup(file, {
      ...keys,
      ...(contacts === undefined ? {} : { contactsPath: contacts }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(acceptBadChecksum === undefined ? {} : { acceptBadChecksum }),
      onRead: (bytes) => {
        doneBytes += bytes;
        reporter.progress({ phase: 'checking', doneBytes, totalBytes });
      },
      signal,
    });
  } finally {
    wipeKeys(keys);
  }
}

type Keys = Pick<OpenBackupOptions, 'key' | 'phoneKey' | 'signalKeys' | 'signalPassphrase'>;

async function readKeys(reporter: Reporter, request: OpenRequest): Promise<Keys> {
  const { key: option, environmentKey: environment, passphraseFile, aci, tokenFile } = request;
  const wanted = keyWanted(request);
  const signal = { option, environment, passphraseFile, aci, tokenFile };
  if (wanted === 'signal-recovery-key') return { signalKeys: await readSignalKeys(reporter, signal) };
  if (wanted === 'signal-passphrase') return { signalPassphrase: await readSignalPassphrase(reporter, signal) };
  return wanted.startsWith('whatsapp-') ? readWhatsAppKeys(reporter, { option, environment }, wanted) : {};
}

/** The older form of a Signal backup has no mark: whoever gives an account id says that it is one. */
function keyWanted({ file, aci }: OpenRequest): KeyWanted {
  try {
    return identifyBackup(file).keyWanted;
  } catch (error) {
    if (aci !== undefined && error instanceof ChatFormatError && error.code === 'not-a-backup') {
      return 'signal-recovery-key';
    }
    throw error;
  }
}

function wipeKeys({ key, phoneKey, signalKeys, signalPassphrase }: Keys): void {
  const secrets = [key, phoneKey?.bytes, signalKeys?.recoveryKey, signalKeys?.token, signalPassphrase];
  for (const secret of secrets) secret?.fill(0);
}

/** Passes on the warnings from the n-th on. @returns how many there are */
function warnings(reporter: Reporter, backup: OpenedBackup, from: number): number {
  for (const { code, message } of backup.warnings.slice(from)) reporter.warn(code, message);
  return backup.warnings.length;
}

function figuresOf(
  backup: OpenedBackup,
  { format }: OpenRequest,
  { path, bytes, counts, media }: Output,
): SummaryFields {
  const found = media === undefined ? {} : { media };
  return { format: backup.inspection.format, output: format, path, bytes, ...counts, ...found };
}

function sentenceOf({ path, bytes, counts }: Output, out: string): string {
  const what =
    counts === undefined
      ? formatBytes(bytes)
      : `${formatCount(counts.chats)} chats, ${formatCount(counts.messages)} messages, ${formatBytes(bytes)}`;
  return `Opened into ${printable(join(out, path))}: ${what}.`;
}
