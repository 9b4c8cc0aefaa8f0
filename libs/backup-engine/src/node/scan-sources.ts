import { lstatSync, opendirSync, readlinkSync, type BigIntStats, type Dirent } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { comparePaths, isItemPath, type SnapshotSource } from '@coffer/backup-format';

import { freeName, type Scan, type ScannedEntry, type ScanOptions } from '../backup/scan';
import { BackupEngineError } from '../errors';
import type { WarningEvent } from '../events';
import { throwIfStopped } from '../guard';
import { systemCodeOf } from '../workers/portable-error';

const entriesPerTurn = 2000;

/**
 * Walks the sources. Links are noted and never followed; what is neither file, folder nor link is passed over with a warning.
 *
 * @param paths - files and folders; item paths begin with their last name
 * @throws BackupEngineError `source-unreadable` where a source itself is not there, `stopped`
 */
export async function scanSources(paths: readonly string[], options: ScanOptions): Promise<Scan> {
  const walk = new Walk(options);
  const sources: SnapshotSource[] = [];
  const names = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(path);
    const name = freeName(basename(absolute) || 'root', names);
    const stats = statSource(absolute);
    sources.push({ kind: stats.isDirectory() ? 'folder' : 'file', name });
    await walk.visit(absolute, name, stats);
  }
  const entries = walk.entries.sort((left, right) => comparePaths(left.itemPath, right.itemPath));
  return { sources, entries, bytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) };
}

class Walk {
  readonly entries: ScannedEntry[] = [];

  constructor(private readonly options: ScanOptions) {}

  async visit(path: string, itemPath: string, stats: BigIntStats): Promise<void> {
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : undefined;
    if (kind === undefined) {
      this.#warn('skipped-kind', path, 'is no file, folder or link, and was left out');
      return;
    }
    const target = kind === 'link' ? this.#target(path) : '';
    if (target === undefined) return;
    this.entries.push({
      kind,
      path,
      itemPath,
      mode: Number(stats.mode & 0o777n),
      mtimeMs: Number(stats.mtimeNs / 1_000_000n),
      mtimeNs: stats.mtimeNs.toString(),
      inode: stats.ino.toString(),
      sizeBytes: kind === 'file' ? Number(stats.size) : 0,
      target,
    });
    if (this.entries.length % entriesPerTurn === 0) await new Promise((turn) => setImmediate(turn));
    throwIfStopped(this.options.signal);
    if (kind === 'folder') await this.#enter(path, itemPath);
  }

  async #enter(folder: string, itemPath: string): Promise<void> {
    for (const entry of this.#read(folder)) {
      const { name } = entry;
      const path = join(folder, name);
      const childPath = `${itemPath}/${name}`;
      if (this.options.isExcluded?.(childPath, entry.isDirectory()) === true) continue;
      if (!isItemPath(childPath) || name.includes('\ufffd')) {
        this.#warn('unreadable', path, 'has a name that is no text or too long, and was left out');
        continue;
      }
      const stats = this.#try(path, () => lstatSync(path, { bigint: true }));
      if (stats !== undefined) await this.visit(path, childPath, stats);
    }
  }

  #read(folder: string): readonly Dirent[] {
    const found = this.#try(folder, () => {
      const handle = opendirSync(folder, { bufferSize: 256 });
      try {
        const entries: Dirent[] = [];
        for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) entries.push(entry);
        return entries;
      } finally {
        handle.closeSync();
      }
    });
    return found ?? [];
  }

  #target(path: string): string | undefined {
    return this.#try(path, () => readlinkSync(path));
  }

  #try<T>(path: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#warn('unreadable', path, `could not be read (${systemCodeOf(error) ?? 'unknown fault'}), and was left out`);
      return undefined;
    }
  }

  #warn(code: WarningEvent['code'], path: string, message: string): void {
    this.options.onWarning({ code, path, message });
  }
}

function statSource(path: string): BigIntStats {
  try {
    return lstatSync(path, { bigint: true });
  } catch (cause) {
    const code = systemCodeOf(cause) ?? 'unknown fault';
    throw new BackupEngineError('source-unreadable', `a source cannot be read (${code}): ${path}; nothing was stored`, {
      cause,
    });
  }
}
