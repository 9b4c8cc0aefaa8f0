import { ChatFormatError } from '../errors';
import { readZipDirectory, type ZipEntry } from '../zip/zip-directory';
import type { OpenZip } from '../zip/open-zip';
import { looksLikeExportChat, readExportChat, titleFromFileName, type ExportChat } from './export-chat';

/** Longest text of an exported chat; a string cannot hold much more. */
const exportTextLimitBytes = 400 * 1024 * 1024;
/** How many texts of a zip are looked into for the one with the chat. */
const candidateLimit = 20;

const decoder = new TextDecoder();

/** The last part of a path in a zip, whose separator is a slash everywhere. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Reads an exported chat from the bytes of a text.
 *
 * @throws ChatFormatError `too-large`, `invalid-time-zone`
 */
export function readExportText(
  read: () => Uint8Array,
  { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number },
  timeZone: string | undefined,
): ExportChat {
  if (sizeBytes > exportTextLimitBytes) throw tooLarge();
  return readExportChat(decoder.decode(read()), {
    title: titleFromFileName(name),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/**
 * Reads an exported chat from the zip that the app shares. Media stay in the zip: their names and sizes are noted, and
 * nothing is written. The zip is closed.
 *
 * @throws ChatFormatError `not-a-backup`, `damaged`, `too-large`, `unsupported-format`, `invalid-time-zone`
 */
export function readExportZip(zip: OpenZip, fileName: string, timeZone: string | undefined): ExportChat {
  try {
    const entries = readZipDirectory(zip.source);
    const chosen = findExportText(zip, entries);
    const text = decoder.decode(zip.unpack(chosen, exportTextLimitBytes));
    const named = baseName(chosen.name) === '_chat.txt' ? fileName : baseName(chosen.name);
    const media = entries.filter((entry) => entry !== chosen);
    return readExportChat(text, {
      title: titleFromFileName(named),
      mediaSizes: new Map(media.map((entry) => [baseName(entry.name), entry.sizeBytes])),
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  } finally {
    zip.close();
  }
}

/**
 * The chat's text among the files of a zip: `_chat.txt`, a name with "WhatsApp" in it, or any text that starts like one.
 *
 * @throws ChatFormatError `not-a-backup` where there is none
 */
export function findExportText(zip: OpenZip, entries: readonly ZipEntry[]): ZipEntry {
  const rank = ({ name }: ZipEntry): number => (baseName(name) === '_chat.txt' ? 0 : /whatsapp/i.test(name) ? 1 : 2);
  const candidates = entries
    .filter(({ name }) => /\.txt$/i.test(name) && !name.startsWith('__MACOSX/'))
    .sort((left, right) => rank(left) - rank(right))
    .slice(0, candidateLimit);
  const chosen = candidates.find((entry) => looksLikeExportChat(decoder.decode(zip.peek(entry).subarray(0, 8192))));
  if (chosen !== undefined) return chosen;
  throw new ChatFormatError('not-a-backup', 'this zip file holds no exported chat: no text in it starts like one');
}

const tooLarge = (): ChatFormatError =>
  new ChatFormatError(
    'too-large',
    `an exported chat of more than ${exportTextLimitBytes / 1024 / 1024} MiB of text is not read`,
  );
