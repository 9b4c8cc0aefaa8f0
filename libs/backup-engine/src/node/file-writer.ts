import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';

import { systemCodeOf } from '../workers/portable-error';
import type { FileToFinish } from '../workers/worker-messages';
import type { ChunkWriter } from '../workers/worker-platform';

const filesOpen = 16;

/** Writes to the temporary files of a restore. */
export class FileWriter implements ChunkWriter {
  readonly #paths: readonly string[];
  readonly #open = new Map<number, number>();

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** @throws errors of node:fs (`ENOSPC`, …) */
  write(part: number, position: number, bytes: Uint8Array): void {
    let file = this.#open.get(part);
    if (file === undefined) {
      file = openSync(this.#paths[part]!, 'r+');
      this.#open.set(part, file);
    }
    writeAll(file, bytes, position);
    // Few files are open at once: writes come in the order of the files.
    if (this.#open.size > filesOpen) closeOldest(this.#open);
  }

  settled(): void {
    // What was written is written.
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }
}

/**
 * Gives complete files their mode, time and final name.
 *
 * @throws error of node:fs; `EEXIST` where a name is taken, of a file that is then left alone
 */
export function finishFiles(files: readonly FileToFinish[]): void {
  for (const { temporary, path, mode, mtimeMs } of files) {
    chmodSync(temporary, mode);
    utimesSync(temporary, mtimeMs / 1000, mtimeMs / 1000);
    giveName(temporary, path);
  }
}

/** Renaming would replace what has the name. Where a file system has no hard links, a look before has to do. */
function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!noLinks.has(systemCodeOf(error))) throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw Object.assign(new TypeError('the name of a file is taken'), { code: 'EEXIST' });
    }
    renameSync(temporary, path);
    return;
  }
  unlinkSync(temporary);
}

const noLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/** @throws errors of node:fs (`ENOSPC`, …) */
export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, position + at);
}

function closeOldest(open: Map<number, number>): void {
  const [number, file] = open.entries().next().value!;
  open.delete(number);
  closeSync(file);
}
