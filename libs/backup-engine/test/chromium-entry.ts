import { requireBackupKey } from '@coffer/device-crypto';
import { fromHex } from '@coffer/foundation';
import type { MemoryObjectStore } from '@coffer/object-store';

import { browserPlatform, serveEngineWorker, type WorkerScope } from '../src/browser';
import { Repository } from '../src/index';
import { browserKit } from './browser-kit';
import { fewFiles, scenarios } from './engine-scenarios';
import { examine, type Findings } from './examine-vector';
import { packStore, unpackStore, type PortableStore } from './portable-store';
import { openToyChats } from './toy-chats';
import { decodeVector, type StoredVector } from './vector-file';

/** A repository as it crosses between a page and Node. */
export interface PortableRepository {
  readonly objects: PortableStore;
  readonly idHex: string;
  readonly backupKeyHex: string;
}

/** What the tests call in the page. */
export interface InPage {
  /** What the browser's half makes of each vector, in their order. */
  readonly examineAll: (vectors: readonly StoredVector[]) => Promise<readonly Findings[]>;
  /** Runs one of the scenarios. @returns what is not as it must be, or null */
  readonly runScenario: (name: string) => Promise<string | null>;
  /** Backs up `fewFiles` into a repository. @returns it, and what was found out about it in the page */
  readonly backUpInto: (
    repository: PortableRepository,
  ) => Promise<{ readonly objects: PortableStore; readonly problems: number; readonly files: number }>;
}

const inPage: InPage = {
  examineAll: async (vectors) => {
    const findings: Findings[] = [];
    for (const vector of vectors) findings.push(await examine(decodeVector(vector), browserPlatform));
    return findings;
  },
  runScenario: async (name) => {
    try {
      await scenarios.find((scenario) => scenario.name === name)!.run(browserKit);
      return null;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  },
  backUpInto: async (portable) => {
    const store = await unpackStore(portable.objects);
    const repository = await open(portable, store);
    await browserKit.backUp(repository, fewFiles);
    const { problems, files } = await browserKit.verify(repository);
    return { objects: await packStore(store), problems: problems.length, files };
  },
};

function open({ idHex, backupKeyHex }: PortableRepository, store: MemoryObjectStore): Promise<Repository> {
  const backupKey = requireBackupKey(fromHex(backupKeyHex));
  return Repository.open({ store, backupKey, platform: browserPlatform }, fromHex(idHex));
}

// The one script is that of the page and of its web workers.
if (typeof document === 'undefined') {
  serveEngineWorker(globalThis as unknown as WorkerScope, {
    openChats: async ({ blob }) => openToyChats(new Uint8Array(await blob!.slice(0, 100).arrayBuffer())),
  });
} else Object.assign(globalThis, { inPage });
