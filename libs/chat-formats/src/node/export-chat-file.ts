import { basename } from 'node:path';
import { ChatFormatError } from '../errors';
import type { ExportChat } from '../export-chat/export-chat';
import { readExportText, readExportZip } from '../export-chat/export-zip';
import type { OpenBytes } from '../open-bytes';
import type { ZipEntry } from '../zip/zip-directory';
import { storeRecords } from './record-store';
import { unpackPieces } from './unpack-pieces';
import { openByteSource, openZipFile } from './zip-file';

/** A text of a zip that is longer goes through a private file. */
const heldTextBytes = 16 * 1024 * 1024;
/** No phone exports so much; a small zip can be made to claim it. */
const longestTextBytes = 2 * 1024 * 1024 * 1024;

/** `readExportText` of a file. */
export function openExportText(path: string, timeZone: string | undefined): ExportChat {
  return readExportText(openByteSource(path), basename(path), timeZone);
}

/** `readExportZip` of a file. @throws ChatFormatError `too-large` beyond 2 GiB of text */
export async function openExportZip(path: string, timeZone: string | undefined): Promise<ExportChat> {
  const zip = openZipFile(path);
  const unpack = (entry: ZipEntry): Promise<OpenBytes> => {
    if (entry.sizeBytes > longestTextBytes) {
      throw new ChatFormatError('too-large', 'an exported chat of more than 2 GiB of text is not read');
    }
    return storeRecords(unpackPieces(zip.source, entry), heldTextBytes);
  };
  return readExportZip(zip, unpack, { fileName: basename(path), timeZone });
}
