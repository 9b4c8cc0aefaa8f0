import { ChatFormatError } from '../errors';
import type { OpenBytes } from '../open-bytes';
import { readZipDirectory, type ZipEntry } from '../zip/zip-directory';
import type { OpenZip } from '../zip/open-zip';
import { looksLikeExportChat, readExportChat, titleFromFileName, type ExportChat } from './export-chat';

/** How many texts of a zip are looked into for the one with the chat. */
const candidateLimit = 20;

const decoder = new TextDecoder();

/** The last part of a path in a zip, whose separator is a slash everywhere. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Reads an exported chat from the bytes of a text.
 *
 * @throws as `readExportChat`
 */
export function readExportText(
  text: OpenBytes,
  name: string,
  timeZone: string | undefined,
  windowBytes?: number,
): ExportChat {
  const zone = timeZone === undefined ? {} : { timeZone };
  return readExportChat(text, { title: titleFromFileName(name), ...zone }, windowBytes);
}

/**
 * Reads an exported chat from the zip that the app shares. Media stay in the zip: their names and sizes are noted, and
 * nothing is written. The zip is closed.
 *
 * @param unpack - gives the text, checked; while the zip is open
 * @throws ChatFormatError `not-a-backup`, `damaged`, `unsupported-format`, `invalid-time-zone`; what `unpack` throws
 */
export async function readExportZip(
  zip: OpenZip,
  unpack: (entry: ZipEntry) => OpenBytes | Promise<OpenBytes>,
  { fileName, timeZone }: { readonly fileName: string; readonly timeZone: string | undefined },
): Promise<ExportChat> {
  try {
    const entries = readZipDirectory(zip.source);
    const chosen = findExportText(zip, entries);
    const named = baseName(chosen.name) === '_chat.txt' ? fileName : baseName(chosen.name);
    const media = entries.filter((entry) => entry !== chosen);
    return readExportChat(await unpack(chosen), {
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
 * @throws ChatFormatError `not-a-backup` where there is none; `damaged`, `unsupported-format` where one cannot be looked into
 */
export function findExportText(zip: OpenZip, entries: readonly ZipEntry[]): ZipEntry {
  const rank = ({ name }: ZipEntry): number => (baseName(name) === '_chat.txt' ? 0 : /whatsapp/i.test(name) ? 1 : 2);
  const candidates = entries
    .filter(({ name }) => /\.txt$/i.test(name) && !name.startsWith('__MACOSX/'))
    .sort((left, right) => rank(left) - rank(right))
    .slice(0, candidateLimit);
  let failure: ChatFormatError | undefined;
  const chosen = candidates.find((entry) => {
    try {
      return looksLikeExportChat(decoder.decode(zip.peek(entry).subarray(0, 8192)));
    } catch (error) {
      // a text that somebody sent is no reason not to look for the chat's; if nothing else is, the fault is told
      if (!(error instanceof ChatFormatError)) throw error;
      failure ??= error;
      return false;
    }
  });
  if (chosen !== undefined) return chosen;
  if (failure !== undefined) throw failure;
  throw new ChatFormatError('not-a-backup', 'this zip file holds no exported chat: no text in it starts like one');
}
