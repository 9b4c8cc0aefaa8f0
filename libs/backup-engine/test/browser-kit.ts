import {
  backUp,
  browserPlatform,
  restoreSnapshot,
  salvageSnapshot,
  verifyWithWorkers,
  workerFromUrl,
} from '../src/browser';
import type { EngineKit, Files } from './engine-kit';

/** The script of the page is that of its workers, too: see `chromium-entry.ts`. */
export const startWorker = workerFromUrl('/entry.js', { type: 'module' });

/** The browser half: files in memory, web workers, and folders that the browser keeps for the page. */
export const browserKit: EngineKit = {
  platform: browserPlatform,
  backUp: (repository, files, { workers = 2, ...options } = {}) =>
    backUp(repository, sourcesOf(files), { ...options, startWorker, workers }),
  verify: async (repository) => verifyWithWorkers(repository, await repository.openSnapshot(), { startWorker }),
  restore: (repository) =>
    inFolder(async (folder) => {
      const report = await restoreSnapshot(repository, await repository.openSnapshot(), folder, { startWorker });
      return { report, files: await read(await folder.getDirectoryHandle('source')) };
    }),
  salvage: (repository) =>
    inFolder(async (folder) => {
      const report = await salvageSnapshot(repository, await repository.openSnapshot(), folder);
      return { report, files: await read(await folder.getDirectoryHandle('source')) };
    }),
};

function sourcesOf(files: Files): readonly { readonly path: string; readonly blob: Blob }[] {
  return [...files].map(([path, bytes]) => {
    const blob = new File([bytes], path.split('/').at(-1)!, { lastModified: 1_700_000_000_000 });
    return { path: `source/${path}`, blob };
  });
}

let folders = 0;

/** A new folder; a run that fails must leave no part of a file in it. */
async function inFolder<T>(use: (folder: FileSystemDirectoryHandle) => Promise<T>): Promise<T> {
  const root = await navigator.storage.getDirectory();
  const name = `out-${++folders}`;
  const folder = await root.getDirectoryHandle(name, { create: true });
  try {
    return await use(folder);
  } catch (error) {
    const left = [...(await read(folder)).keys()].filter((path) => path.endsWith('.part'));
    if (left.length > 0) throw new Error(`parts were left: ${left.join()}`, { cause: error });
    throw error;
  } finally {
    await root.removeEntry(name, { recursive: true });
  }
}

async function read(folder: FileSystemDirectoryHandle, above = ''): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const [name, handle] of folder.entries()) {
    if (handle instanceof FileSystemDirectoryHandle) {
      for (const [path, bytes] of await read(handle, `${above}${name}/`)) files.set(path, bytes);
    } else {
      const file = await handle.getFile();
      files.set(`${above}${name}`, new Uint8Array(await file.arrayBuffer()));
    }
  }
  return files;
}
