import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore, type ObjectStore } from '@coffer/object-store';
import { fakeClock, proofSample, proofSize, runSeedNumber, seed, type FakeClock } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  ProcessMemory,
  pruneRepository,
  rebuildIndexes,
  Repository,
  verifySnapshot,
  type PruneReport,
  type VerifyReport,
} from '../src/index';
import { backUp, nodePlatform as platform, restoreSnapshot } from '../src/node';
import { workerInThisThread as startWorker } from './same-thread';
import { FailingOnceStore, LaggingStore, LyingStore, SlowStore, type Fault, type Lie } from './unruly-stores';

const hourMs = 3_600_000;
const fileBytes = 20_000;
const policy = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };
const backupKey = generateBackupKey();

let root: string;
/** Two backups of one file each, the second of which a policy of one keeps. */
let whole: MemoryObjectStore;
/** The same and a third one. */
let longer: MemoryObjectStore;
/** What the device remembers that made all three. */
let memory: ProcessMemory;
let repositoryId: Uint8Array;
let outs = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-unruly-'));
  whole = new MemoryObjectStore();
  repositoryId = (await Repository.create({ store: whole, backupKey, platform })).id;
  for (const name of ['old', 'new']) await backUpFile(await open(whole), name);
  longer = await copyOf(whole);
  memory = new ProcessMemory();
  await backUpFile(await open(longer, undefined, memory), 'newest');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function backUpFile(repository: Repository, name: string): Promise<void> {
  const source = join(root, 'source');
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
  writeFileSync(join(source, 'file'), seed(name, fileBytes));
  await backUp(repository, [source], { startWorker, workers: 1 });
}

async function copyOf(store: ObjectStore): Promise<MemoryObjectStore> {
  const copy = new MemoryObjectStore();
  for (const key of await keysOf(store)) await copy.put(key, await store.get(key));
  return copy;
}

async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** As a device that has seen nothing, unless it is given a memory. */
const open = (store: ObjectStore, clock: FakeClock = fakeClock(), memory = new ProcessMemory()): Promise<Repository> =>
  Repository.open({ store, backupKey, platform, clock, memory }, repositoryId);

async function verify(store: ObjectStore): Promise<VerifyReport> {
  const repository = await open(store);
  return verifySnapshot(repository, await repository.openSnapshot());
}

/** @returns the names of what was restored, and throws where it is not what was backed up */
async function restore(store: ObjectStore, expected = 'new'): Promise<void> {
  const repository = await open(store);
  const out = join(root, `out-${(outs += 1)}`);
  try {
    await restoreSnapshot(repository, await repository.openSnapshot(), out, { startWorker, workers: 1 });
    expect(readFileSync(join(out, 'source/file')).equals(seed(expected, fileBytes))).toBe(true);
  } catch (error) {
    // What did not end well left no file that could be taken for whole.
    expect(filesIn(out)).toEqual([]);
    throw error;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

/** Marks, waits and deletes. */
async function prune(store: ObjectStore): Promise<PruneReport> {
  const clock = fakeClock();
  clock.advanceMs(hourMs);
  const repository = await open(store, clock);
  await pruneRepository(repository, { policy });
  clock.advanceMs(25 * hourMs);
  return pruneRepository(repository, { policy });
}

async function rebuild(store: ObjectStore): Promise<number> {
  return (await rebuildIndexes(await open(store))).rebuilt;
}

async function withoutIndexes(): Promise<MemoryObjectStore> {
  const store = await copyOf(whole);
  for (const key of await keysOf(store, 'index/')) await store.delete(key);
  return store;
}

interface Operation {
  readonly name: string;
  readonly begin: () => Promise<MemoryObjectStore>;
  readonly run: (store: ObjectStore) => Promise<unknown>;
  /** What is so once it has run to its end. */
  readonly ended: (store: ObjectStore) => Promise<void>;
  /** Of so many calls one fails in turn, from one on that the seed chooses; in the long run each. */
  readonly step: number;
}

const requireSound = async (store: ObjectStore): Promise<void> => {
  expect(await verify(store)).toMatchObject({ problems: [], brokenFiles: [], files: 1 });
};

const operations: readonly Operation[] = [
  { name: 'verify', begin: () => copyOf(whole), run: verify, ended: requireSound, step: 2 },
  { name: 'restore', begin: () => copyOf(whole), run: (store) => restore(store), ended: requireSound, step: 3 },
  {
    name: 'prune',
    begin: () => copyOf(whole),
    run: prune,
    ended: async (store) => {
      expect(await keysOf(store, 'snapshots/')).toHaveLength(1);
      expect(await keysOf(store, 'packs/')).toHaveLength(1);
      await requireSound(store);
    },
    step: 11,
  },
  {
    name: 'rebuild-index',
    begin: withoutIndexes,
    run: rebuild,
    ended: async (store) => {
      expect((await keysOf(store, 'index/')).length).toBe((await keysOf(whole, 'index/')).length);
      await requireSound(store);
    },
    step: 4,
  },
];

describe.each(operations)('$name on a store that has a bad day', ({ name, begin, run, ended, step }) => {
  it('comes to the same where the store is slow', async () => {
    const memory = await begin();
    await run(new SlowStore(memory, 1));
    await ended(memory);
  });

  it('ends with an error that asks to try again, or well, wherever the store fails; and the next run goes on', async () => {
    let hasFailed = 0;
    const stride = proofSize({ sample: step, long: 1 });
    for (let at = 1 + (runSeedNumber(name) % stride), turn = 0; ; at += stride, turn++) {
      const memory = await begin();
      const fault: Fault = turn % 2 === 0 ? 'before' : 'after';
      const store = new FailingOnceStore(memory, at, fault);
      try {
        await run(store);
        if (!store.hasFailed) break;
      } catch (error) {
        hasFailed += 1;
        expect(error, `${name}, call ${at}`).toMatchObject({ code: 'unreachable', isRetryable: true });
      }
      if (name === 'prune') await requireSound(memory);
      await run(memory);
      await ended(memory);
    }
    expect(hasFailed).toBeGreaterThan(2);
  });
});

describe('a store whose listings lag', () => {
  /** The newest backup is there and not listed. */
  async function lagging(prefix?: RegExp): Promise<LaggingStore> {
    const before = new Set(await keysOf(whole));
    const young = (await keysOf(longer)).filter((key) => !before.has(key));
    return new LaggingStore(await copyOf(longer), prefix, young);
  }

  it('is refused as rolled back by a device that has seen more, and shows the backup before to one that has not', async () => {
    const store = await lagging();
    const before = (await keysOf(store)).length;
    const seeing = await open(store, undefined, memory).catch((error: unknown) => error);
    const refused = { code: 'head-rolled-back' };
    if (seeing instanceof Repository) {
      await expect(seeing.openSnapshot()).rejects.toMatchObject(refused);
      await expect(pruneRepository(seeing, { policy })).rejects.toMatchObject(refused);
      await expect(rebuildIndexes(seeing)).rejects.toMatchObject(refused);
    } else expect(seeing).toMatchObject(refused);
    await restore(store, 'new');
    expect((await verify(store)).problems).toEqual([]);
    expect((await keysOf(store)).length).toBe(before);
    store.isLagging = false;
    await restore(store, 'newest');
  });

  it('loses nothing to a prune that sees neither the newest backup nor its head', async () => {
    const store = await lagging();
    await expect(prune(store)).rejects.toMatchObject({ code: 'head-changed', isRetryable: true });
    store.isLagging = false;
    await restore(store, 'newest');
    await prune(store);
    await restore(store, 'newest');
  });

  it.each([/^packs\//, /^index\//, /^snapshots\//, /^heads\//, /^prune\//])(
    'loses nothing to a prune, run over what is listed late or still, of %s',
    async (prefix) => {
      const store = await lagging(prefix);
      for (let runs = 0; runs < 2; runs++) {
        await prune(store).catch((error: unknown) => expect(error).toMatchObject({ name: 'BackupEngineError' }));
      }
      store.isLagging = false;
      await restore(store, 'newest');
      await prune(store);
      await restore(store, 'newest');
      expect(await keysOf(store, 'packs/')).toHaveLength(1);
    },
  );

  it('gets no index anew that lacks what is listed later', async () => {
    const store = await lagging(/^packs\//);
    for (const key of await keysOf(store, 'index/')) await store.delete(key);
    await rebuild(store).catch((error: unknown) => expect(error).toMatchObject({ isRetryable: true }));
    store.isLagging = false;
    await rebuild(store);
    await restore(store, 'newest');
    expect((await verify(store)).problems).toEqual([]);
  });
});

describe('a store that lies', () => {
  const lies: readonly Exclude<Lie, 'forget'>[] = ['flip', 'cut', 'swap'];
  const kinds = ['packs', 'index', 'snapshots', 'heads'] as const;
  const cases = kinds.flatMap((kind) => lies.map((lie) => ({ kind, lie })));
  const lying = async (kind: string, lie: Lie): Promise<LyingStore> => {
    const store = new LyingStore(await copyOf(whole), new RegExp(`^${kind}/`));
    store.lie = lie;
    return store;
  };
  const damaged = { name: 'BackupEngineError', code: 'damaged' };

  it.each(cases)('is found out by verify: $lie of $kind', async ({ kind, lie }) => {
    const store = await lying(kind, lie);
    const told = await verify(store).catch((error: unknown) => error);
    if (kind === 'packs') {
      expect(told).toMatchObject({ problems: [{ code: 'damaged' }], brokenFiles: ['source/file'], files: 0 });
      const [path] = (told as VerifyReport).problems.map((problem) => problem.path);
      expect(await keysOf(store, 'packs/')).toContain(path);
    } else expect(told).toMatchObject(damaged);
  });

  it.each(cases)('is found out by restore, which leaves no file: $lie of $kind', async ({ kind, lie }) => {
    await expect(restore(await lying(kind, lie))).rejects.toMatchObject(damaged);
  });

  it.each(proofSample('lies to prune', cases, 4))(
    'brings prune to delete nothing that is needed: $lie of $kind',
    async ({ kind, lie }) => {
      const store = await lying(kind, lie);
      const pruned = prune(store);
      // Prune reads no pack unless it packs anew.
      if (kind === 'packs') await pruned;
      else await expect(pruned).rejects.toMatchObject(damaged);
      store.lie = undefined;
      await requireSound(store);
      await prune(store);
      await requireSound(store);
    },
  );

  it.each(proofSample('lies to rebuild-index', cases, 4))(
    'brings rebuild-index to lose nothing: $lie of $kind',
    async ({ kind, lie }) => {
      const store = await lying(kind, lie);
      await rebuild(store).catch((error: unknown) => expect(error).toMatchObject(damaged));
      store.lie = undefined;
      await rebuild(store);
      await requireSound(store);
    },
  );

  it.each(['prune', 'heads', 'index'])(
    'forgets what it was given of %s, and nothing of the backup is lost',
    async (kind) => {
      const store = await lying(kind, 'forget');
      await prune(store).catch((error: unknown) => expect(error).toMatchObject({ name: 'BackupEngineError' }));
      for (const key of await keysOf(store, 'index/')) await store.delete(key);
      await rebuild(store);
      store.lie = undefined;
      await rebuild(store);
      await requireSound(store);
    },
  );
});
