import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { runBackup } from '../src/backup/run-backup';
import { nodePlatform, restoreSnapshot, salvageSnapshot, verifyWithWorkers } from '../src/node';
import { scanSources } from '../src/node/scan-sources';
import type { EngineKit, Files } from './engine-kit';
import { workerInThisThread } from './same-thread';
import { openToyChats } from './toy-chats';

const startWorker = () => workerInThisThread(async (path) => openToyChats(readFileSync(path)));

/**
 * The Node half.
 *
 * @param root - an empty folder; what is backed up lies in it
 * @param isMemoryShared - whether workers claim chunks by themselves or ask for them, as those of a browser do
 */
export function nodeKit(root: string, isMemoryShared: boolean): EngineKit {
  const source = join(root, 'source');
  return {
    platform: nodePlatform,
    backUp: (repository, files, { workers = 2, ...options } = {}) => {
      write(source, files);
      const run = { ...options, startWorker, workers, isMemoryShared };
      return runBackup(repository, (scan) => scanSources([source], scan), run);
    },
    verify: async (repository) => verifyWithWorkers(repository, await repository.openSnapshot(), { startWorker }),
    restore: (repository) =>
      inFolder(async (out) => {
        const report = await restoreSnapshot(repository, await repository.openSnapshot(), out, { startWorker });
        return { report, files: read(join(out, 'source')) };
      }),
    salvage: (repository) =>
      inFolder(async (out) => {
        const report = await salvageSnapshot(repository, await repository.openSnapshot(), out);
        return { report, files: read(join(out, 'source')) };
      }),
  };
}

async function inFolder<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'coffer-kit-'));
  try {
    return await use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Leaves files alone that are there already, so that a cache knows them again. */
function write(folder: string, files: Files): void {
  const there = existsSync(folder) ? read(folder) : new Map<string, Uint8Array>();
  for (const path of there.keys()) if (!files.has(path)) rmSync(join(folder, path));
  for (const [path, bytes] of files) {
    const absolute = join(folder, path);
    if (Buffer.compare(there.get(path) ?? Buffer.from('none'), bytes) === 0) continue;
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, bytes);
    utimesSync(absolute, 1_700_000_000, 1_700_000_000);
  }
}

function read(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path), new Uint8Array(readFileSync(path))]));
}
