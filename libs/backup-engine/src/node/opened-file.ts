import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { systemCodeOf } from '../workers/portable-error';
import type { FileToRead } from '../workers/worker-messages';
import { FileFault, type FileFacts, type OpenedFile } from '../workers/worker-platform';

/** Opens a file of the file system. @throws FileFault */
export function openFile({ path }: FileToRead): OpenedFile {
  const file = reading(() => openSync(path, 'r'));
  const factsNow = (): FileFacts => reading(() => factsOf(file));
  try {
    return {
      facts: factsNow(),
      fill: (memory, from) => reading(() => fill(file, memory, from)),
      factsNow,
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function factsOf(file: number): FileFacts {
  const { size, mode, mtimeNs, ino } = fstatSync(file, { bigint: true });
  return {
    sizeBytes: Number(size),
    mode: Number(mode & 0o777n),
    mtimeMs: Number(mtimeNs / 1_000_000n),
    mtimeNs: mtimeNs.toString(),
    inode: ino.toString(),
  };
}

function fill(file: number, memory: Uint8Array, from: number): number {
  let at = from;
  while (at < memory.length) {
    const read = readSync(file, memory, at, memory.length - at, null);
    if (read === 0) break;
    at += read;
  }
  return at;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new FileFault(systemCodeOf(cause) ?? 'EIO', cause);
  }
}
