import { comparePaths, isItemPath, type SnapshotSource } from '@coffer/backup-format';

import { freeName, type Scan, type ScannedEntry, type ScanOptions } from '../backup/scan';
import { BackupEngineError } from '../errors';
import { throwIfStopped } from '../guard';
import { factsOf } from './opened-blob';

/** A file that a person chose, and where it goes in the snapshot. */
export interface BlobSource {
  /** Names with `/` between them: `notes.txt`, or `photos/2024/beach.jpg` of a folder that was chosen (`webkitRelativePath`). */
  readonly path: string;
  readonly blob: Blob;
}

const folderMode = 0o700;

/**
 * What was chosen, with the folders above it. A second file of one path gets a number after its name.
 *
 * @throws BackupEngineError `source-unreadable` where a source has a name that no item can have; `stopped`
 */
export async function scanBlobs(given: readonly BlobSource[], options: ScanOptions): Promise<Scan> {
  throwIfStopped(options.signal);
  for (const { path } of given) {
    if (isItemPath(path)) continue;
    const message = 'a source has a name that is no text or too long, or leads out of its folder; nothing was stored';
    throw new BackupEngineError('source-unreadable', message);
  }
  const wanted = given.filter(({ path }) => !isLeftOut(path, options));
  const folders = foldersOf(wanted);
  const taken = new Set(folders.keys());
  const files = wanted.map((source) => fileEntry(source, freeName(source.path, taken)));
  const entries = [...[...folders].map(([path, mtimeMs]) => folderEntry(path, mtimeMs)), ...files];
  entries.sort((left, right) => comparePaths(left.itemPath, right.itemPath));
  const sources = entries.filter(({ itemPath }) => !itemPath.includes('/')).map(sourceOf);
  return { sources, entries, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Sources themselves are never asked about. */
function isLeftOut(path: string, { isExcluded }: ScanOptions): boolean {
  if (isExcluded === undefined) return false;
  const above = pathsAbove(path).slice(1);
  return above.some((folder) => isExcluded(folder, true)) || (path.includes('/') && isExcluded(path, false));
}

/** The folders that a path names, the outermost first. */
function pathsAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'));
}

/** Every folder with the newest time of what is below it: a browser tells no other. */
function foldersOf(sources: readonly BlobSource[]): Map<string, number> {
  const folders = new Map<string, number>();
  for (const { path, blob } of sources) {
    const { mtimeMs } = factsOf(blob);
    for (const folder of pathsAbove(path)) folders.set(folder, Math.max(mtimeMs, folders.get(folder) ?? 0));
  }
  return folders;
}

function fileEntry({ path, blob }: BlobSource, itemPath: string): ScannedEntry {
  return { kind: 'file', path, blob, itemPath, target: '', ...factsOf(blob) };
}

function folderEntry(itemPath: string, mtimeMs: number): ScannedEntry {
  const facts = { mode: folderMode, mtimeMs, mtimeNs: `${mtimeMs}000000`, inode: '0', sizeBytes: 0 };
  return { kind: 'folder', path: itemPath, itemPath, target: '', ...facts };
}

function sourceOf({ kind, itemPath: name }: ScannedEntry): SnapshotSource {
  return { kind: kind === 'folder' ? 'folder' : 'file', name };
}
