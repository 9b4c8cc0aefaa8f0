import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ExportChat } from '../export-chat/export-chat';
import { readExportText, readExportZip } from '../export-chat/export-zip';
import { openZipFile } from './zip-file';

/** `readExportText` of a file. */
export function openExportText(path: string, timeZone: string | undefined, sizeBytes: number): ExportChat {
  return readExportText(() => readFileSync(path), { name: basename(path), sizeBytes }, timeZone);
}

/** `readExportZip` of a file. */
export function openExportZip(path: string, timeZone: string | undefined): ExportChat {
  return readExportZip(openZipFile(path), basename(path), timeZone);
}
