import { readZipDirectory, type ByteSource } from '../zip/zip-directory';

/** What a backup of several files holds, as far as it is looked at. */
export interface SeveralFiles {
  readonly files: number;
  /** True where it holds what changed since a full backup, and not a whole history. */
  readonly isIncrement: boolean;
}

/** The file that holds the changed messages of an increment. */
const incrementName = 'messages.bin';

/**
 * Looks into the zip that a backup of several files is: stickers, wallpapers and settings, or an increment.
 *
 * @throws ChatFormatError as `readZipDirectory` does
 */
export function describeSeveralFiles(zip: ByteSource): SeveralFiles {
  const entries = readZipDirectory(zip);
  const isIncrement = entries.some(({ name }) => name === incrementName || name.endsWith(`/${incrementName}`));
  return { files: entries.length, isIncrement };
}
