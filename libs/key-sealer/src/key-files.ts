import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';
import { SealerError } from '@coffer/key-vault';

/** Name of the root key's file in its folder. */
export const rootFileName = 'root.key.json';

/** Name of an epoch key's file. */
export function epochFileName(epoch: number): string {
  return `epoch-${String(epoch).padStart(6, '0')}.key.json`;
}

/** Numbers of the epochs whose files are in `folder`, ascending; none where there is no folder. */
export async function listEpochs(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => /^epoch-(\d{6,})\.key\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((left, right) => left - right);
}

/**
 * Reads a file that only the process's own user may read.
 *
 * @returns its text, or undefined where there is none
 * @throws SealerError `key-exposed` where group or others may read it
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return undefined;
  if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) {
    throw new SealerError('key-exposed', `${path} can be read by others: set its mode to 0600`);
  }
  return readFile(path, 'utf8');
}

/**
 * Reads a key file.
 *
 * @returns its parsed JSON, or undefined where there is none
 * @throws SealerError `key-exposed` where group or others may read it, `wrong-key` where it is no JSON object
 */
export async function readKeyFile(folder: string, name: string): Promise<Record<string, unknown> | undefined> {
  const path = join(folder, name);
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new SealerError('wrong-key', `${path} is no key file`, { cause });
  }
}

/**
 * Writes a key file (0600), whole and on disk before it has its name. Of several processes that start together one wins.
 *
 * @returns whether this call made it
 */
export async function createKeyFile(folder: string, name: string, content: object): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `.${name}.${toHex(randomBytes(6))}`);
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(unfinished, join(folder, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncFolder(folder);
  return true;
}

/** Has the names in a folder on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
