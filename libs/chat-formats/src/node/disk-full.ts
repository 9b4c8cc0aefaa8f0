import { tmpdir } from 'node:os';
import { ChatFormatError } from '../errors';

/** A temporary file found no room. @returns the error to throw; says what is safe and what to do */
export function temporaryDiskFull(cause: unknown): ChatFormatError {
  const message =
    `there is no room for temporary files in ${tmpdir()}. Nothing is damaged: free some space there, or set TMPDIR to a folder on ` +
    'another disk, and run the same command again';
  return new ChatFormatError('disk-full', message, { cause });
}
