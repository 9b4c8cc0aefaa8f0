import { join } from 'node:path';
import type { MediaPlace, OpenedBackup, WhatsAppBackupKey } from '@coffer/chat-formats';
import { openMediaPlace } from '@coffer/chat-formats/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { IncompleteError } from '../output/incomplete-error';
import { printable } from '../output/printable';
import type { Reporter, SummaryFields } from '../output/reporter';
import { UsageError } from '../output/usage-error';
import { withChosen } from './chosen-conversations';
import { mergeWith } from './merge-with';
import { openFile, type FileRequest } from './open-file';
import { timeZoneOf } from './time-zone';
import { writeHtml, writeJson, writeOriginal, type Output } from './outputs';

type OpenFormat = 'original' | 'json' | 'html';

/** What `coffer open` is asked. */
export interface OpenRequest extends FileRequest {
  readonly out: string;
  readonly format: OpenFormat;
  readonly force?: boolean;
  /** One zip, for `--format html`. */
  readonly zip?: boolean;
  /** Folder or zip with the media, for `--format html`; of an exported zip that zip itself unless told. */
  readonly media?: string;
  /** Files without encryption whose conversations are put together with those of the backup. */
  readonly merge?: readonly string[];
  /** Ids or names of conversations, where not all are wanted. */
  readonly conversation?: readonly string[];
}

const writers = { original: writeOriginal, json: writeJson, html: writeHtml } as const;

/**
 * Opens a foreign backup into a folder. What is encrypted is authenticated before anything is written.
 *
 * @throws ChatFormatError and UsageError as `openBackup` and `readWhatsAppKeys` do; OutputError `already-exists`; IncompleteError after
 *   the summary
 */
export async function runOpen(context: CommandContext, request: OpenRequest): Promise<void> {
  const { reporter } = context;
  if (request.merge !== undefined && request.format === 'original') {
    throw new UsageError('--merge puts conversations together: say --format json or --format html with it.');
  }
  if (request.conversation !== undefined && request.format === 'original') {
    throw new UsageError('--conversation chooses what is written: say --format json or --format html with it.');
  }
  if ((request.media !== undefined || request.zip === true) && request.format !== 'html') {
    throw new UsageError('--media and --zip are for pages: say --format html with them.');
  }
  const timeZone = await timeZoneOf(reporter, request);
  const zoned = timeZone === undefined ? request : { ...request, timeZone };
  const { opened, found: mediaPlace } = await openFile(context, zoned, (backup, key) => mediaOf(request, backup, key));
  let backup = opened;
  try {
    if (request.merge !== undefined) backup = await mergeWith(opened, request.merge, timeZone);
    const told = new Set<string>();
    tellWarnings(reporter, backup, told);
    let baseName = backup.payload.name.replace(/\.(?:db|txt|zip|json|records|decrypted)$/i, '');
    if (request.conversation !== undefined) {
      const { chosen, name } = await withChosen(backup, request.conversation);
      backup = chosen;
      baseName = `${baseName}-${name}`;
    }
    const output = await writers[request.format](backup, {
      folder: request.out,
      baseName,
      isForced: request.force ?? false,
      signal: context.signal,
      isZip: request.zip ?? false,
      ...(mediaPlace === undefined ? {} : { mediaPlace }),
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
    tellWarnings(reporter, backup, told);
    tellLeftOut(reporter, output);
    reporter.summary(figuresOf(backup, request, output), sentenceOf(output, request));
    if ((output.mediaLeftOut ?? []).length > 0) throw incomplete(output);
  } finally {
    backup.close();
    mediaPlace?.close();
  }
}

/** Media are looked for where pages are written. @throws the system's ENOENT */
function mediaOf(
  { file, format, media }: OpenRequest,
  { inspection }: OpenedBackup,
  key: WhatsAppBackupKey | undefined,
): MediaPlace | undefined {
  const path = media ?? (inspection.format === 'export-chat-zip' ? file : undefined);
  if (path === undefined || format !== 'html') return undefined;
  return openMediaPlace(path, key === undefined ? {} : { key });
}

/** Passes on the warnings that were not told before: those of several files can come in between each other. */
function tellWarnings(reporter: Reporter, { warnings }: OpenedBackup, told: Set<string>): void {
  for (const { code, message } of warnings) {
    if (!told.has(message)) reporter.warn(code, message);
    told.add(message);
  }
}

/** Most files that are named one by one. */
const namedFiles = 20;

function tellLeftOut(reporter: Reporter, { mediaLeftOut = [] }: Output): void {
  for (const path of mediaLeftOut.slice(0, namedFiles)) {
    reporter.warn(
      'damaged-media',
      `"${printable(path)}" is damaged or cannot be read: it is left out, and its messages say so.`,
    );
  }
  const more = mediaLeftOut.length - namedFiles;
  if (more > 0) reporter.warn('damaged-media', `So it is with ${formatCount(more)} more files.`);
}

const incomplete = ({ mediaLeftOut = [] }: Output): IncompleteError =>
  new IncompleteError(
    'incomplete',
    `${formatCount(mediaLeftOut.length)} media files are damaged or could not be read, and are not beside the pages (see above). ` +
      'Everything else is there.',
    { fields: { mediaLeftOut: mediaLeftOut.length } },
  );

function figuresOf(
  backup: OpenedBackup,
  { format }: OpenRequest,
  { path, bytes, counts, media, mediaLeftOut = [], withExtras }: Output,
): SummaryFields {
  const found = {
    ...(media === undefined ? {} : { media, mediaLeftOut: mediaLeftOut.length }),
    ...(withExtras === undefined ? {} : { withExtras }),
  };
  return { format: backup.inspection.format, output: format, path, bytes, ...counts, ...found };
}

function sentenceOf(
  { path, bytes, counts, withExtras = 0 }: Output,
  { out, format }: Pick<OpenRequest, 'out' | 'format'>,
): string {
  const what =
    counts === undefined
      ? formatBytes(bytes)
      : `${formatCount(counts.chats)} chats, ${formatCount(counts.messages)} messages, ${formatBytes(bytes)}`;
  const place = format === 'html' ? 'More from the source' : 'extras';
  const kept =
    withExtras === 0
      ? ''
      : ` ${formatCount(withExtras)} of the messages carry facts that have no field of their own: they stand with them as "${place}".`;
  return `Opened into ${printable(join(out, path))}: ${what}.${kept}`;
}
