import { constants, type BigIntStats } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';

import { ConnectorError } from '@coffer/purge';

const pieceBytes = 1024 * 1024;

/** Changes whenever a file's bytes do, as far as the file system tells: inode, size and time of the last write in nanoseconds. */
export function versionOf(found: BigIntStats): string {
  return `${found.ino}-${found.size}-${found.mtimeNs}`;
}

/**
 * Opens a regular file for reading, without following a link.
 *
 * @param version - that the file must have; undefined: any
 * @throws ConnectorError `changed`, `location-refused`; the error of a system call
 */
export async function openFile(path: string, version: string | undefined): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // A folder on the way may have been replaced by a link between the check and the opening.
    if ((await realpath(path)) !== path)
      throw new ConnectorError('location-refused', 'a symbolic link is not followed');
    const found = await file.stat({ bigint: true });
    if (!found.isFile()) throw new ConnectorError('absent', 'there is no file of this name');
    if (version !== undefined && versionOf(found) !== version) throw changed();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of an open file, which must stay what it is while it is read.
 *
 * @param length - at most so many bytes from `offset` on
 * @throws ConnectorError `changed` where it was written to meanwhile
 */
export async function* readFile(
  file: FileHandle,
  offset = 0,
  length = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void> {
  const before = versionOf(await file.stat({ bigint: true }));
  for (let done = 0; done < length;) {
    const piece = new Uint8Array(Math.min(pieceBytes, length - done));
    const { bytesRead } = await file.read(piece, 0, piece.length, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
  if (versionOf(await file.stat({ bigint: true })) !== before) throw changed();
}

function changed(): ConnectorError {
  return new ConnectorError('changed', 'the file is not what it was');
}
