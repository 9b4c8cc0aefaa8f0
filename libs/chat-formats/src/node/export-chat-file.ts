import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ChatFormatError } from '../errors';
import { looksLikeExportChat, readExportChat, titleFromFileName, type ExportChat } from '../export-chat/export-chat';
import { readZipDirectory, type ByteSource, type ZipEntry } from '../zip/zip-directory';
import { openByteSource, peekEntry, unpackEntry } from './zip-file';

/** Longest text of an exported chat; a string cannot hold much more. */
const textLimitBytes = 400 * 1024 * 1024;
/** How many texts of a zip are looked into for the one with the chat. */
const candidateLimit = 20;

const decoder = new TextDecoder();

/**
 * Reads an exported chat from a text file.
 *
 * @throws ChatFormatError `not-a-backup`, `too-large`, `invalid-time-zone`
 */
export function openExportText(path: string, timeZone: string | undefined, sizeBytes: number): ExportChat {
  if (sizeBytes > textLimitBytes) throw tooLarge();
  const text = decoder.decode(readFileSync(path));
  return readExportChat(text, {
    title: titleFromFileName(basename(path)),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/**
 * Reads an exported chat from the zip that the app shares. Media stay in the zip: their names and sizes are noted, and
 * nothing is written.
 *
 * @throws ChatFormatError `not-a-backup`, `damaged`, `too-large`, `unsupported-format`, `invalid-time-zone`
 */
export function openExportZip(path: string, timeZone: string | undefined): ExportChat {
  const source = openByteSource(path);
  try {
    const entries = readZipDirectory(source);
    const chosen = findExportText(source, entries);
    const text = decoder.decode(unpackEntry(source, chosen, textLimitBytes));
    const named = basename(chosen.name) === '_chat.txt' ? basename(path) : basename(chosen.name);
    const media = entries.filter((entry) => entry !== chosen);
    return readExportChat(text, {
      title: titleFromFileName(named),
      mediaSizes: new Map(media.map((entry) => [basename(entry.name), entry.sizeBytes])),
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  } finally {
    source.close();
  }
}

/**
 * The chat's text among the files of a zip: `_chat.txt`, a name with "WhatsApp" in it, or any text that starts like one.
 *
 * @throws ChatFormatError `not-a-backup` where there is none
 */
export function findExportText(source: ByteSource, entries: readonly ZipEntry[]): ZipEntry {
  const rank = ({ name }: ZipEntry): number => (basename(name) === '_chat.txt' ? 0 : /whatsapp/i.test(name) ? 1 : 2);
  const candidates = entries
    .filter(({ name }) => /\.txt$/i.test(name) && !name.startsWith('__MACOSX/'))
    .sort((left, right) => rank(left) - rank(right))
    .slice(0, candidateLimit);
  const chosen = candidates.find((entry) =>
    looksLikeExportChat(decoder.decode(peekEntry(source, entry).subarray(0, 8192))),
  );
  if (chosen !== undefined) return chosen;
  throw new ChatFormatError('not-a-backup', 'this zip file holds no exported chat: no text in it starts like one');
}

const tooLarge = (): ChatFormatError =>
  new ChatFormatError(
    'too-large',
    `an exported chat of more than ${textLimitBytes / 1024 / 1024} MiB of text is not read`,
  );
