import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenedBackup } from '@coffer/chat-formats';
import { identifyBackup, openBackup } from '@coffer/chat-formats/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import type { SummaryFields } from '../output/reporter';
import { readWhatsAppKey } from './backup-key-input';
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
  readonly contacts?: string;
  readonly timeZone?: string;
  readonly acceptBadChecksum?: boolean;
  readonly force?: boolean;
}

const writers = { original: writeOriginal, json: writeJson, html: writeHtml } as const;

/**
 * Opens a foreign backup into a folder. What is encrypted is authenticated before anything is written.
 *
 * @throws ChatFormatError and UsageError as `openBackup` and `readWhatsAppKey` do; OutputError `already-exists`
 */
export async function runOpen(context: CommandContext, request: OpenRequest): Promise<void> {
  const { reporter } = context;
  const { size } = await stat(request.file);
  const backup = await open(context, request, size);
  try {
    for (const { code, message } of backup.warnings) reporter.warn(code, message);
    const baseName = backup.payload.name.replace(/\.(?:db|txt|zip)$/i, '');
    const output = await writers[request.format](backup, {
      folder: request.out,
      baseName,
      isForced: request.force ?? false,
      signal: context.signal,
      onWritten: (doneBytes, doneItems, totalItems) => {
        reporter.progress({
          phase: 'writing',
          doneBytes,
          ...(doneItems === undefined ? {} : { doneItems }),
          ...(totalItems === undefined ? {} : { totalItems }),
        });
      },
    });
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
  const { file, key: option, environmentKey: environment, contacts, timeZone, acceptBadChecksum } = request;
  let doneBytes = 0;
  const key =
    identifyBackup(file).keyWanted === 'whatsapp-backup-key'
      ? await readWhatsAppKey(reporter, { option, environment })
      : undefined;
  try {
    return await openBackup(file, {
      ...(key === undefined ? {} : { key }),
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
    key?.fill(0);
  }
}

function figuresOf(backup: OpenedBackup, { format }: OpenRequest, { path, bytes, counts }: Output): SummaryFields {
  return { format: backup.inspection.format, output: format, path, bytes, ...counts };
}

function sentenceOf({ path, bytes, counts }: Output, out: string): string {
  const what =
    counts === undefined
      ? formatBytes(bytes)
      : `${formatCount(counts.chats)} chats, ${formatCount(counts.messages)} messages, ${formatBytes(bytes)}`;
  return `Opened into ${printable(join(out, path))}: ${what}.`;
}
