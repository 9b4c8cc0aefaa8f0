import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import type { FileItem } from '@coffer/backup-format';

import { BackupEngineError } from '../errors';
import type { Standing } from '../restore/file-target';

/** FAT keeps every second one. */
const timeToleranceMs = 2000;
const partName = /^\.coffer-[0-9a-f]{16}\.part$/;

/**
 * The folder that an earlier restore filled in part. What is in it stays; nothing is written through a link that somebody put there.
 */
export class EarlierRestore {
  readonly #root: string;
  readonly #ready = new Set<string>();

  /** @param root - absolute */
  constructor(root: string) {
    this.#root = root;
    this.#ready.add(root);
    removeParts(root);
  }

  /**
   * What has the name of a file: the file itself as far as its size and time tell, which a restore gives it with its name, when every byte
   * is written.
   *
   * @param path - absolute
   */
  standingOf(path: string, { sizeBytes, mtimeMs }: FileItem): Standing {
    const there = stateOf(path);
    if (there === undefined) return 'missing';
    const isIt = there.isFile() && there.size === sizeBytes && Math.abs(there.mtimeMs - mtimeMs) <= timeToleranceMs;
    return isIt ? 'whole' : 'other';
  }

  /**
   * Makes a folder where it is missing, and those above it. Parts that a killed run left in it are removed.
   *
   * @param path - absolute, below the root
   * @param mode - while files are written into it; none: an existing folder keeps its own
   * @throws BackupEngineError `target-exists` where something else has the name, a link to a folder too
   */
  makeFolder(path: string, mode: number | undefined): void {
    if (this.#ready.has(path)) return;
    if (path.startsWith(this.#root + sep)) this.makeFolder(dirname(path), undefined);
    const there = stateOf(path);
    if (there === undefined) mkdirSync(path, { mode: mode ?? 0o700 });
    else if (!there.isDirectory()) throw otherThere(path);
    else {
      if (mode !== undefined) chmodSync(path, mode);
      removeParts(path);
    }
    this.#ready.add(path);
  }
}

function stateOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function removeParts(folder: string): void {
  for (const name of readdirSync(folder)) if (partName.test(name)) rmSync(join(folder, name), { force: true });
}

function otherThere(path: string): BackupEngineError {
  return new BackupEngineError(
    'target-exists',
    `where the snapshot has a folder there is something else: ${path}. Nothing was overwritten; name another folder`,
  );
}
