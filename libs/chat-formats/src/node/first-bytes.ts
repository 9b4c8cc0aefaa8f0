import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { identifyFile, identifyLastBytes } from '@coffer/file-kinds';
import type { FileStart } from '../describe-backup';
import { ChatFormatError } from '../errors';
import { backupPrefixLimit } from '../whatsapp/backup-prefix';

/**
 * Reads both ends of a file and says what it is.
 *
 * @throws ChatFormatError `not-a-backup` where there is no such file, or a folder or device in its place
 */
export function readFileStart(path: string): FileStart {
  const file = open(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) {
      throw new ChatFormatError(
        'not-a-backup',
        'this is no file: name one file of the backup; where Signal wrote a folder, that is the file named main in it',
      );
    }
    const firstBytes = readPart(file, 0, backupPrefixLimit);
    const lastBytes = readPart(file, Math.max(0, stats.size - identifyLastBytes), identifyLastBytes);
    return { kind: identifyFile(firstBytes, lastBytes, path).kind, sizeBytes: stats.size, firstBytes };
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new ChatFormatError('not-a-backup', 'this file cannot be opened: it is not there, or not readable', {
      cause,
    });
  }
}

function readPart(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
