// The steps in a page; its script is that of its web workers, too.
import {
  backUp,
  browserPlatform,
  restoreSnapshot,
  serveEngineWorker,
  verifyWithWorkers,
  workerFromUrl,
  type BlobSource,
  type WorkerScope,
} from '@coffer/backup-engine/browser';
import type { Repository } from '@coffer/backup-engine';
import { benchFiles, newRepository } from './work';

const startWorker = workerFromUrl('/entry.js', { type: 'module' });
const options = { startWorker, workers: 2 };
let sources: BlobSource[] = [];
let repository: Repository | undefined;

const steps: Readonly<Record<string, (mebibytes: number) => Promise<unknown>>> = {
  prepare: async (mebibytes) => {
    const folder = await navigator.storage.getDirectory();
    sources = [];
    for (const { name, bytes } of benchFiles(mebibytes)) {
      const handle = await folder.getFileHandle(name, { create: true });
      const writable = await handle.createWritable();
      await writable.write(bytes);
      await writable.close();
      sources.push({ path: `corpus/${name}`, blob: await handle.getFile() });
    }
    repository = await newRepository(browserPlatform);
  },
  backup: () => backUp(repository!, sources, options),
  rescan: () => backUp(repository!, sources, options),
  verify: async () => verifyWithWorkers(repository!, await repository!.openSnapshot(), options),
  restore: async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('out', { create: true });
    await restoreSnapshot(repository!, await repository!.openSnapshot(), folder, options);
  },
};

if (typeof document === 'undefined') serveEngineWorker(globalThis as unknown as WorkerScope);
else {
  const runStep = async (name: string, mebibytes: number): Promise<number> => {
    const started = performance.now();
    await steps[name]!(mebibytes);
    return (performance.now() - started) / 1000;
  };
  Object.assign(globalThis, { runStep });
}
