import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

import { ConnectorError } from '@coffer/purge';

import { systemCode } from './system-error';

/**
 * The real path of something below a root. Every folder on the way must be a folder: what leads out of the root, by `..` or by a
 * symbolic link, is refused, wherever it leads.
 *
 * @param root - real path of the root
 * @param parts - relative paths, joined by `/`; empty ones are left out
 * @throws ConnectorError `location-refused`; also where a folder on the way is a link
 */
export async function insideRoot(root: string, ...parts: readonly string[]): Promise<string> {
  const segments = parts.filter((part) => part !== '').flatMap((part) => part.split('/'));
  for (const segment of segments) {
    const isPlain = segment !== '' && segment !== '.' && segment !== '..' && !segment.includes('\0');
    // On Windows a backslash, a drive or a stream would mean more than a name.
    const isName = sep === '/' || !/[\\:]/.test(segment);
    if (!isPlain || !isName) throw refused('the path is not a plain relative path');
  }
  let path = root;
  for (const segment of segments.slice(0, -1)) {
    path = join(path, segment);
    if ((await kindOf(path)) === 'link') throw refused('a symbolic link is not followed');
  }
  const last = segments.at(-1);
  if (last !== undefined) path = join(path, last);
  if ((await kindOf(path)) === 'link') throw refused('a symbolic link is not followed');
  return path;
}

/**
 * Real path of the root of a source. A root that is not there is no empty root: a cloud folder that is not mounted must not look like
 * one from which everything is gone.
 *
 * @throws ConnectorError `unreachable`
 */
export async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (cause) {
    throw new ConnectorError('unreachable', 'the root folder of the source is not there', { cause });
  }
}

async function kindOf(path: string): Promise<'link' | 'other' | 'nothing'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'other';
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

function refused(message: string): ConnectorError {
  return new ConnectorError('location-refused', message);
}
