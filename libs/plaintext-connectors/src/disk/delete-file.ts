import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { randomBytes } from '@coffer/crypto';
import { createSha256 } from '@coffer/crypto/node';
import { equalBytes, toHex } from '@coffer/foundation';
import type { DeleteOutcome, ExpectedObject } from '@coffer/purge';

import { openFile, readFile, versionOf } from './open-file';
import { systemCode } from './system-error';

/** `.<name>.coffer-delete-<24 hex digits>`: a file that is about to be deleted. Found by listings, should a worker die. */
const asideName = /^\.(?<name>.+)\.coffer-delete-[0-9a-f]{24}$/;

/** The name that a file had before it was put aside; undefined for every other name. */
export function nameBeforeAside(name: string): string | undefined {
  return asideName.exec(name)?.groups?.['name'];
}

/**
 * Deletes exactly the bytes that were proven: puts the file aside, hashes it once more under its new name, where no writer looks for
 * it, and unlinks it only if hash and version are those expected; else it gets its name back.
 *
 * @throws the error of a system call; then the file is there, under its name or aside
 */
export async function deleteFile(path: string, expected: ExpectedObject): Promise<DeleteOutcome> {
  const requestId = `disk-${toHex(randomBytes(12))}`;
  const aside = join(dirname(path), `.${basename(path)}.coffer-delete-${requestId.slice('disk-'.length)}`);
  const found = await lstat(path, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return { outcome: 'absent', requestId };
  if (!found.isFile() || versionOf(found) !== expected.version) return { outcome: 'changed' };
  await rename(path, aside);
  let isExpected = false;
  try {
    isExpected = await isStill(aside, expected);
    if (isExpected) await unlink(aside);
  } finally {
    if (!isExpected) await putBack(aside, path);
    await syncFolder(dirname(path));
  }
  return isExpected ? { outcome: 'deleted', requestId } : { outcome: 'changed' };
}

async function isStill(path: string, expected: ExpectedObject): Promise<boolean> {
  const file = await openFile(path, undefined);
  try {
    const hash = createSha256();
    for await (const piece of readFile(file)) hash.update(piece);
    const isVersion = versionOf(await file.stat({ bigint: true })) === expected.version;
    return isVersion && expected.sha256 !== null && equalBytes(hash.digest(), expected.sha256);
  } finally {
    await file.close();
  }
}

/** A link and not a rename: a file that came to the old name meanwhile is not replaced; then the older one stays aside. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOENT') return;
    await rename(aside, path);
    return;
  }
  await unlink(aside);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
