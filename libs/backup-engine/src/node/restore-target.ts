import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  lutimesSync,
  chmodSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

import type { FileItem, FolderItem, LinkItem, SnapshotItem } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { CompletePart, FileTarget, FinishInWorker, Standing } from '../restore/file-target';
import type { FileToFinish } from '../workers/worker-messages';
import { EarlierRestore } from './earlier-restore';
import { finishFiles, writeAll } from './file-writer';
import { systemCodeOf } from '../workers/portable-error';

const reservedOnWindows = /[<>:"\\|?*\u0000-\u001f]|[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const folderModeMeanwhile = 0o700;

/**
 * The folder that a snapshot is restored into: empty at first, so that nothing can be overwritten or followed, or one that an earlier
 * restore filled in part.
 */
export class RestoreTarget implements FileTarget {
  readonly #root: string;
  readonly #platform: NodeJS.Platform;
  readonly #temporaries = new Set<string>();
  readonly #earlier: EarlierRestore | undefined;

  /**
   * @param folder - made where it is missing
   * @param platform - whose rules names must keep to
   * @param isAdding - what is in it already stays, and what is missing comes to it
   * @throws BackupEngineError `target-exists` where it is a file, or anything is in it and nothing is to be added
   */
  constructor(folder: string, platform: NodeJS.Platform = process.platform, isAdding = false) {
    this.#root = resolve(folder);
    this.#platform = platform;
    const isFolder = makeFolder(this.#root);
    this.#earlier = isFolder && isAdding ? new EarlierRestore(this.#root) : undefined;
    if (isFolder && (isAdding || readdirSync(this.#root).length === 0)) return;
    throw new BackupEngineError(
      'target-exists',
      `what to restore into is not an empty folder: ${this.#root}. Nothing was written; name a new folder or an empty one`,
    );
  }

  /** The absolute path of an item. @throws BackupEngineError `unsafe-item` where this system cannot hold the name safely */
  pathOf({ path }: SnapshotItem): string {
    const names = path.split('/');
    const isSafe = this.#platform !== 'win32' || names.every((name) => !reservedOnWindows.test(name));
    const absolute = join(this.#root, ...names);
    if (!isSafe || !absolute.startsWith(this.#root + sep)) {
      throw new BackupEngineError('unsafe-item', 'an item has a name that cannot be created safely on this system');
    }
    return absolute;
  }

  /** What has the name of a file already; in a folder that was empty nothing does. */
  standingOf(file: FileItem): Standing {
    return this.#earlier?.standingOf(this.pathOf(file), file) ?? 'missing';
  }

  /**
   * Makes the folders of all items.
   *
   * @param items - in the order of a snapshot: outer ones first
   * @throws BackupEngineError `unsafe-item` where this file system takes two names for one; `target-exists` where something that is
   *   no folder has the name of one
   */
  makeFolders(items: readonly SnapshotItem[]): void {
    for (const item of items) {
      const path = this.pathOf(item);
      if (this.#earlier !== undefined) {
        if (item.kind === 'folder') this.#earlier.makeFolder(path, folderModeMeanwhile);
        else this.#earlier.makeFolder(dirname(path), undefined);
        continue;
      }
      const made = mkdirSync(item.kind === 'folder' ? path : dirname(path), {
        recursive: true,
        mode: folderModeMeanwhile,
      });
      // Nothing below it came before: what is there already has another name.
      if (item.kind === 'folder' && made === undefined) throw sameName();
    }
  }

  /** Makes the temporary file of an item, at its full size. @returns its path */
  makeTemporary(item: FileItem): string {
    const path = this.pathOf(item);
    const temporary = join(dirname(path), `.coffer-${toHex(randomBytes(8))}.part`);
    const file = openSync(temporary, 'wx', 0o600);
    this.#temporaries.add(temporary);
    try {
      ftruncateSync(file, item.sizeBytes);
    } finally {
      closeSync(file);
    }
    return temporary;
  }

  write(temporary: string, position: number, bytes: Uint8Array): void {
    const file = openSync(temporary, 'r+');
    try {
      writeAll(file, bytes, position);
    } finally {
      closeSync(file);
    }
  }

  async finish(files: readonly CompletePart[], inWorker: FinishInWorker = finishHere): Promise<void> {
    const complete = files.map(({ temporary, file }) => {
      const { mode, mtimeMs } = file;
      return { temporary, path: this.pathOf(file), mode, mtimeMs };
    });
    await inWorker(complete);
    for (const { temporary } of complete) this.#temporaries.delete(temporary);
  }

  drop(temporary: string): void {
    rmSync(temporary);
    this.#temporaries.delete(temporary);
  }

  /** Makes links last, when nothing is written below them any more. */
  makeLink(item: LinkItem): void {
    const path = this.pathOf(item);
    if (this.#earlier !== undefined && isSameLink(path, item.target)) return;
    symlinkSync(item.target, path);
    lutimesSync(path, item.mtimeMs / 1000, item.mtimeMs / 1000);
  }

  /** Gives a folder its mode and time; to be called for inner ones first. */
  finishFolder(folder: FolderItem): void {
    const path = this.pathOf(folder);
    utimesSync(path, folder.mtimeMs / 1000, folder.mtimeMs / 1000);
    chmodSync(path, folder.mode);
  }

  /** Removes everything that has no final name yet. */
  removeTemporaries(): void {
    for (const temporary of this.#temporaries) rmSync(temporary, { force: true });
    this.#temporaries.clear();
  }

  faultOf(error: unknown): unknown {
    return diskFault(error);
  }
}

async function finishHere(files: readonly FileToFinish[]): Promise<void> {
  finishFiles(files);
}

function isSameLink(path: string, target: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(path) === target;
}

/** @returns whether it is a folder now */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true });
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    // ENOENT: a link that leads nowhere.
    if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'ENOENT') return false;
    throw error;
  }
}

const full =
  'the disk is full. What was half-written was removed; free some space and restore again into an empty folder';
const diskFaults: Readonly<Record<string, string>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG:
    'this disk cannot hold a file that large (a FAT file system ends at 4 GB). What was half-written was removed; restore to ' +
    'another disk',
};

/** A fault of the disk as the engine says it; everything else as it is. */
export function diskFault(error: unknown): unknown {
  const code = systemCodeOf(error);
  // A file found its name taken, and the folder was empty at first.
  if (code === 'EEXIST') return sameName(error);
  const message = diskFaults[code ?? ''];
  if (code === undefined || message === undefined) return error;
  return new BackupEngineError('disk-full', message, { cause: error, fields: { systemCode: code } });
}

function sameName(cause?: unknown): BackupEngineError {
  return new BackupEngineError(
    'unsafe-item',
    'two items have names that this file system takes for one (they differ in upper and lower case, or in how letters are ' +
      'written). Nothing was overwritten; restore to another file system',
    { cause },
  );
}
