import { stat } from 'node:fs/promises';

import { UsageError } from '../output/usage-error';
import { printable } from '../output/printable';

/**
 * The size in bytes of a file that a command was given.
 *
 * @throws UsageError where it is a folder; the ENOENT of the system where there is nothing
 */
export async function requireFile(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isDirectory()) throw new UsageError(`"${printable(path)}" is a folder; this command takes a file.`);
  return found.size;
}
