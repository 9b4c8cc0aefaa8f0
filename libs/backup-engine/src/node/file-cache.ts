import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { CachedFile, CachedFiles, FileCache } from '../backup/file-cache';

const version = 1;
const largestBytes = 512 * 1024 * 1024;
const partCharacters = 65_536;

/** A cache in one file of the device's folder. What cannot be read counts as none. */
export class FileCacheInFile implements FileCache {
  readonly #path: string;

  /** @param path - its folder is made where it is missing */
  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<CachedFiles | undefined> {
    try {
      const file = await open(this.#path, 'r');
      try {
        if ((await file.stat()).size > largestBytes) return undefined;
      } finally {
        await file.close();
      }
      return parse(await readFile(this.#path, 'utf8'));
    } catch {
      return undefined;
    }
  }

  async save({ snapshotIdHex, files }: CachedFiles): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.new`;
    await rm(temporary, { force: true });
    try {
      await writeFile(temporary, linesOf(snapshotIdHex, files), { flag: 'wx', mode: 0o600 });
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

/** The file in parts, each worth a write. */
function* linesOf(snapshotIdHex: string, files: CachedFiles['files']): Generator<string, void> {
  let lines = `${JSON.stringify({ v: version, snapshotIdHex })}\n`;
  for (const [path, { itemPath, sizeBytes, mtimeNs, inode }] of files) {
    lines += `${JSON.stringify([path, itemPath, sizeBytes, mtimeNs, inode])}\n`;
    if (lines.length < partCharacters) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}

function parse(text: string): CachedFiles | undefined {
  const [first, ...lines] = text.split('\n');
  const head = JSON.parse(first ?? '') as { v?: unknown; snapshotIdHex?: unknown };
  if (head.v !== version || typeof head.snapshotIdHex !== 'string') return undefined;
  const files = new Map<string, CachedFile>();
  for (const line of lines) {
    if (line === '') continue;
    const [path, itemPath, sizeBytes, mtimeNs, inode] = JSON.parse(line) as [string, string, number, string, string];
    files.set(path, { itemPath, sizeBytes, mtimeNs, inode });
  }
  return { snapshotIdHex: head.snapshotIdHex, files };
}
