import { link, mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { systemCode } from './disk-error';

/** Start of the name of a file that is being written; no key can start so. */
export const temporaryPrefix = '.tmp-';

/**
 * Creates a file that is whole, on the disk and under its name, or not there at all: temporary file beside it, fsync, exclusive
 * link, fsync of the folder. Of several writers exactly one wins.
 *
 * @param path - final path; folders on the way are made
 * @throws the error of a system call, or of `pieces`; then nothing is left of this call
 */
export async function createFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = join(folder, `${temporaryPrefix}${toHex(randomBytes(12))}`);
  try {
    await writeDurably(temporary, pieces);
    await publish(temporary, path);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  await syncFolder(folder);
}

async function writeDurably(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of pieces) await writeWhole(file, piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
}

/** A hard link is the one exclusive rename that POSIX has. Where a file system has no links, a lock file stands in. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    await renameExclusively(temporary, path);
  }
}

async function renameExclusively(temporary: string, path: string): Promise<void> {
  const lock = join(dirname(path), `${temporaryPrefix}lock-${basename(path)}`);
  const holder = await open(lock, 'wx', 0o600).catch((error: unknown) => {
    throw systemCode(error) === 'EEXIST' ? systemError('EBUSY') : error;
  });
  try {
    if (await isThere(path)) throw systemError('EEXIST');
    await rename(temporary, path);
  } finally {
    await holder.close();
    await unlink(lock).catch(() => undefined);
  }
}

function systemError(code: string): Error {
  return Object.assign(new TypeError(code), { code });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Makes missing folders, each entry durable: a file that is on the disk in a folder that is not would be lost. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw systemCode(error) === 'EEXIST' ? systemError('ENOTDIR') : error;
  });
  if (first === undefined) return;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    await syncFolder(dirname(at));
    if (at === first) return;
  }
}

/**
 * Removes what interrupted writers left in one folder.
 *
 * @param beforeMs - only files last written before this instant: younger ones may belong to a writer that runs
 */
export async function sweepTemporaries(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && written.mtimeMs < beforeMs) await unlink(path).catch(() => undefined);
  }
}

/** Makes new, renamed and removed names in a folder durable. Where a platform cannot open folders there is nothing to do. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EISDIR' || code === 'EPERM') return;
    throw error;
  }
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
