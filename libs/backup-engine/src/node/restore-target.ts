import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
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
import { systemCodeOf } from './portable-error';

const reservedOnWindows = /[<>:"\\|?*\u0000-\u001f]|[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const folderModeMeanwhile = 0o700;

/** The folder that a snapshot is restored into: empty at first, so that nothing can be overwritten or followed. */
export class RestoreTarget {
  readonly #root: string;
  /** Temporary files by final path. */
  readonly #temporaries = new Map<string, string>();

  /** @param folder - made where it is missing @throws BackupEngineError `target-exists` where anything is in it */
  constructor(folder: string) {
    this.#root = resolve(folder);
    mkdirSync(this.#root, { recursive: true });
    if (readdirSync(this.#root).length === 0) return;
    throw new BackupEngineError(
      'target-exists',
      `the folder to restore into is not empty: ${this.#root}. Nothing was written; name a new or an empty one`,
    );
  }

  /** The absolute path of an item. @throws BackupEngineError `unsafe-item` where this system cannot hold the name safely */
  pathOf({ path }: SnapshotItem): string {
    const names = path.split('/');
    const isSafe = process.platform !== 'win32' || names.every((name) => !reservedOnWindows.test(name));
    const absolute = join(this.#root, ...names);
    if (!isSafe || !absolute.startsWith(this.#root + sep)) {
      throw new BackupEngineError('unsafe-item', 'an item has a name that cannot be created safely on this system');
    }
    return absolute;
  }

  /** Makes the folders of all items, the outer ones first. */
  makeFolders(items: readonly SnapshotItem[]): void {
    for (const item of items) {
      const path = this.pathOf(item);
      mkdirSync(item.kind === 'folder' ? path : dirname(path), { recursive: true, mode: folderModeMeanwhile });
    }
  }

  /** Makes the temporary file of an item, at its full size. @returns its path */
  makeTemporary(item: FileItem): string {
    const path = this.pathOf(item);
    const temporary = join(dirname(path), `.coffer-${toHex(randomBytes(8))}.part`);
    const file = openSync(temporary, 'wx', 0o600);
    this.#temporaries.set(path, temporary);
    try {
      ftruncateSync(file, item.sizeBytes);
    } finally {
      closeSync(file);
    }
    return temporary;
  }

  /** A file has its final name. */
  finished(path: string): void {
    this.#temporaries.delete(path);
  }

  /** Makes links last, when nothing is written below them any more. */
  makeLink(item: LinkItem): void {
    const path = this.pathOf(item);
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
    for (const temporary of this.#temporaries.values()) rmSync(temporary, { force: true });
    this.#temporaries.clear();
  }
}

/** A fault of the disk as the engine says it; everything else as it is. */
export function diskFault(error: unknown): unknown {
  const code = systemCodeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  const message =
    'the disk is full. What was half-written was removed; free some space and restore again into an empty folder';
  return new BackupEngineError('disk-full', message, { cause: error, fields: { systemCode: code } });
}
