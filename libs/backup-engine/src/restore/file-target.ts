import type { FileItem, FolderItem, LinkItem, SnapshotItem } from '@coffer/backup-format';

import type { MaybePromise } from '../maybe-promise';
import type { FileToFinish } from '../workers/worker-messages';

/** What stands where a file of a snapshot is to stand: nothing, the file, or something else. */
export type Standing = 'missing' | 'whole' | 'other';

/** A file all of whose bytes are written. */
export interface CompletePart {
  /** As {@link FileTarget.makeTemporary} gave it. */
  readonly temporary: string;
  /** With the path that it is to have. */
  readonly file: FileItem;
}

/** Hands files to a worker that has files, too. */
export type FinishInWorker = (files: readonly FileToFinish[]) => Promise<unknown>;

/** Where files of a snapshot are put: a folder of a file system, or one that a browser was given. */
export interface FileTarget {
  /** What has the name of a file already. */
  standingOf(file: FileItem): MaybePromise<Standing>;
  /** Makes the folders of all items. @param items - in the order of a snapshot: outer ones first */
  makeFolders(items: readonly SnapshotItem[]): MaybePromise<void>;
  /** Begins a file that has no final name yet. @returns what its part is called */
  makeTemporary(item: FileItem): MaybePromise<string>;
  /** Writes to a part, anywhere in it. */
  write(temporary: string, position: number, bytes: Uint8Array): MaybePromise<void>;
  /** Gives complete files their names, modes and times. Nothing is overwritten. */
  finish(files: readonly CompletePart[], inWorker?: FinishInWorker): MaybePromise<void>;
  /** Removes a part. */
  drop(temporary: string): MaybePromise<void>;
  /** Makes links last, when nothing is written below them any more. */
  makeLink(item: LinkItem): MaybePromise<void>;
  /** Gives a folder its mode and time; to be called for inner ones first. */
  finishFolder(folder: FolderItem): MaybePromise<void>;
  /** Removes everything that has no final name yet. */
  removeTemporaries(): MaybePromise<void>;
  /** A fault of the target as the engine says it; everything else as it is. */
  faultOf(error: unknown): unknown;
}
