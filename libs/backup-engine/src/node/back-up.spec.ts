import { createCipheriv } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore, type ObjectContent } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineEvent } from '../events';
import { Repository } from '../repository';
import { buildEntries } from '../../test/build-entries';
import { FaultyStore, LaggingStore, LyingStore, SlowStore, type Lie } from '../../test/unruly-stores';
import { backUp } from './back-up';
import { FileCacheInFile } from './file-cache';
import { nodePlatform } from './platform';
import { restoreSnapshot } from './restore';
import { verifyWithWorkers } from './verify-with-workers';
import type { StartWorker } from '../workers/worker-thread';
import { workerFromFile } from './worker-threads';

let startWorker: StartWorker;
beforeAll(async () => {
  startWorker = workerFromFile((await buildEntries('worker-entry'))['worker-entry']);
});

describe('backUp', () => {
  it('gives back the same bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-'));
    const source = join(folder, 'source');
    mkdirSync(join(source, 'a/b'), { recursive: true });
    writeFileSync(join(source, 'a/b/large'), seed('large', 5_000_001));
    writeFileSync(join(source, 'a/empty'), '');
    writeFileSync(join(source, 'small'), 'hello');
    const repository = await Repository.create({
      store: new MemoryObjectStore(),
      backupKey: generateBackupKey(),
      platform: nodePlatform,
    });
    const report = await backUp(repository, [source], { startWorker });
    expect(report.counts).toEqual({ files: 3, folders: 3, links: 0, conversations: 0, messages: 0 });
    const snapshot = await repository.openSnapshot();
    await restoreSnapshot(repository, snapshot, join(folder, 'out'), { startWorker });
    expect(readFileSync(join(folder, 'out/source/a/b/large')).equals(readFileSync(join(source, 'a/b/large')))).toBe(
      true,
    );
    expect((await verifyWithWorkers(repository, snapshot, { startWorker })).problems).toEqual([]);
  });

  it('gives back text first and media later: what is there stays, parts of a killed run go, nothing is overwritten', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-'));
    const [source, out, elsewhere] = ['source', 'out', 'elsewhere'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(join(source, 'media/sent'), { recursive: true });
    mkdirSync(elsewhere);
    writeFileSync(join(source, 'chats.db'), 'text');
    for (const name of ['media/1.jpg', 'media/2.jpg', 'media/sent/3.jpg']) writeFileSync(join(source, name), name);
    symlinkSync('1.jpg', join(source, 'media/newest'));
    chmodSync(join(source, 'media/sent'), 0o555);
    const repository = await Repository.create({
      store: new MemoryObjectStore(),
      backupKey: generateBackupKey(),
      platform: nodePlatform,
    });
    await backUp(repository, [source], { startWorker });
    const snapshot = await repository.openSnapshot();
    const wants = ({ path }: { readonly path: string }): boolean => !path.endsWith('.jpg');
    const first = await restoreSnapshot(repository, snapshot, out, { startWorker, wants });
    expect(first).toMatchObject({ files: 1, leftOut: 3, present: 0, differing: 0, folders: 3, links: 1 });
    const restored = join(out, 'source');
    expect(readdirSync(join(restored, 'media'))).toEqual(['newest', 'sent']);

    // meanwhile: a file of the person's own under a name of the backup, and a part of a run that was killed
    writeFileSync(join(restored, 'media/2.jpg'), 'mine');
    writeFileSync(join(restored, `media/.coffer-${'0'.repeat(16)}.part`), 'half');
    const differing: string[] = [];
    const onEvent = (event: EngineEvent): void => {
      if (event.type === 'warning' && event.code === 'differs') differing.push(event.path);
    };
    const adding = { startWorker, isAdding: true, onEvent };
    const second = await restoreSnapshot(repository, snapshot, out, adding);
    expect(second).toMatchObject({ files: 2, leftOut: 0, present: 1, differing: 1, warnings: 0 });
    expect(differing).toEqual(['source/media/2.jpg']);
    expect(readFileSync(join(restored, 'media/2.jpg'), 'utf8')).toBe('mine');
    expect(readFileSync(join(restored, 'media/sent/3.jpg'), 'utf8')).toBe('media/sent/3.jpg');
    expect(statSync(join(restored, 'media/sent')).mode & 0o777).toBe(0o555);
    expect(readdirSync(join(restored, 'media')).sort()).toEqual(['1.jpg', '2.jpg', 'newest', 'sent']);
    expect(await restoreSnapshot(repository, snapshot, out, adding)).toMatchObject({ files: 0, present: 3 });

    // B17: nothing is written through a link to a folder elsewhere
    chmodSync(join(restored, 'media/sent'), 0o755);
    rmSync(join(restored, 'media'), { recursive: true });
    symlinkSync(elsewhere, join(restored, 'media'));
    await expect(restoreSnapshot(repository, snapshot, out, adding)).rejects.toMatchObject({ code: 'target-exists' });
    expect(readdirSync(elsewhere)).toEqual([]);
    chmodSync(join(source, 'media/sent'), 0o755);
    rmSync(folder, { recursive: true, force: true });
  });
});

/** Bytes that do not shrink, quicker than `seed` gives them. */
function incompressible(name: string, length: number): Buffer {
  return createCipheriv('aes-256-ctr', seed(name), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A store that takes its time for packs, and counts how many come at once. */
class CountingStore extends MemoryObjectStore {
  atOnce = 0;
  mostAtOnce = 0;

  override async put(key: string, content: ObjectContent): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      if (key.startsWith('packs/')) await pause(300);
      await super.put(key, content);
    } finally {
      this.atOnce -= 1;
    }
  }
}

describe('backUp of files that it knows', () => {
  it('knows a file by size, time and inode, and reads it all the same where that is asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-'));
    const file = join(folder, 'source', 'file');
    mkdirSync(join(folder, 'source'));
    const longAgo = new Date('2024-05-14T10:30:00Z');
    // In place: the inode stays.
    const write = (text: string): void => {
      writeFileSync(file, text, { flag: 'r+' });
      utimesSync(file, longAgo, longAgo);
    };
    writeFileSync(file, '');
    write('before');
    const [store, backupKey] = [new MemoryObjectStore(), generateBackupKey()];
    const repository = await Repository.create({ store, backupKey, platform: nodePlatform });
    const options = { startWorker, workers: 1, cache: new FileCacheInFile(join(folder, 'cache')) };
    const newest = async (name: string): Promise<string> => {
      await restoreSnapshot(repository, await repository.openSnapshot(), join(folder, name), { startWorker });
      return readFileSync(join(folder, name, 'source/file'), 'utf8');
    };
    expect(await backUp(repository, [join(folder, 'source')], options)).toMatchObject({ filesRead: 1 });
    write('behind');
    expect(await backUp(repository, [join(folder, 'source')], options)).toMatchObject({
      filesRead: 0,
      filesUnchanged: 1,
    });
    expect(await newest('as-known')).toBe('before');
    const rescan = { ...options, isRescan: true };
    expect(await backUp(repository, [join(folder, 'source')], rescan)).toMatchObject({
      filesRead: 1,
      filesUnchanged: 0,
    });
    expect(await newest('as-read')).toBe('behind');
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('backUp of more packs than there is memory for', () => {
  let folder: string;
  const source = (): string => join(folder, 'source');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-packs-'));
    mkdirSync(source());
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(source(), name), incompressible(name, 20_000_000));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const create = (store: MemoryObjectStore): Promise<Repository> =>
    Repository.create({ store, backupKey: generateBackupKey(), platform: nodePlatform });

  it('waits for a slow store, with no more packs under way than there are pieces of memory', async () => {
    const store = new CountingStore();
    const repository = await create(store);
    await backUp(repository, [source()], { startWorker, workers: 2 });
    // Five packs: without the limit they would all be on their way before the first is stored.
    expect(store.mostAtOnce).toBeLessThanOrEqual(3);
    const snapshot = await repository.openSnapshot();
    expect((await verifyWithWorkers(repository, snapshot, { startWorker, workers: 2 })).problems).toEqual([]);
    await restoreSnapshot(repository, snapshot, join(folder, 'out'), { startWorker, workers: 2 });
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(readFileSync(join(folder, 'out/source', name)).equals(incompressible(name, 20_000_000)), name).toBe(true);
    }
  });

  it('takes over the packs that an interrupted run stored, and stores what was in flight alone', async () => {
    const store = new MemoryObjectStore();
    const repository = await create(store);
    const stop = new AbortController();
    const put = store.put.bind(store);
    let stored = 0;
    store.put = async (key, content) => {
      await put(key, content);
      if (key.startsWith('packs/') && ++stored === 3) stop.abort();
    };
    const interrupted = backUp(repository, [source()], { startWorker, workers: 1, signal: stop.signal });
    await expect(interrupted).rejects.toMatchObject({ code: 'stopped' });
    // What was on its way when it stopped may still have come.
    const before = (await Array.fromAsync(store.list('packs/'))).length;
    expect(before).toBeGreaterThanOrEqual(3);
    const { packsAdopted, storedBytes } = await backUp(repository, [source()], { startWorker, workers: 1 });
    expect(packsAdopted).toBe(before);
    // Five packs in all: each that was stored holds 16 MiB, and none of that is stored again but what was in flight with one worker.
    expect(stored).toBeLessThanOrEqual(6);
    expect(storedBytes).toBeLessThan(80_000_000 - (before - 1) * 16_000_000);
    const snapshot = await repository.openSnapshot();
    expect((await verifyWithWorkers(repository, snapshot, { startWorker, workers: 1 })).problems).toEqual([]);
  });

  it('fails when the store is full, and leaves the backup before as it was', async () => {
    const repository = await create(new MemoryObjectStore({ capacityBytes: 30_000_000 }));
    writeFileSync(join(folder, 'small'), 'small');
    const { snapshotIdHex } = await backUp(repository, [join(folder, 'small')], { startWorker });
    const failing = backUp(repository, [source()], { startWorker, workers: 2 });
    await expect(failing).rejects.toMatchObject({ name: 'ObjectStoreError', code: 'store-full' });
    expect((await repository.openSnapshot()).idHex).toBe(snapshotIdHex);
  });

  it('ends when it is asked to stop while the store does not answer', async () => {
    const store = new CountingStore();
    const repository = await create(store);
    const stop = new AbortController();
    const put = store.put.bind(store);
    store.put = async (key, content) => {
      if (!key.startsWith('packs/')) return put(key, content);
      stop.abort();
      return new Promise(() => undefined);
    };
    const stopping = backUp(repository, [source()], { startWorker, workers: 2, signal: stop.signal });
    await expect(stopping).rejects.toMatchObject({ code: 'stopped' });
  });
});

describe('backUp to a store that has a bad day', () => {
  let folder: string;
  let restores = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-unruly-'));
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source/file'), incompressible('first', 300_000));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const backupKey = generateBackupKey();
  const options = { backupKey, platform: nodePlatform };
  const backUpNow = (repository: Repository, name: string) => {
    writeFileSync(join(folder, 'source/file'), incompressible(name, 300_000));
    return backUp(repository, [join(folder, 'source')], { startWorker, workers: 1 });
  };
  const restored = async (repository: Repository): Promise<Buffer> => {
    const out = join(folder, `out-${restores++}`);
    await restoreSnapshot(repository, await repository.openSnapshot(), out, { startWorker, workers: 1 });
    return readFileSync(join(out, 'source/file'));
  };

  it('is no other backup where the store is slow', async () => {
    const repository = await Repository.create({ ...options, store: new SlowStore(new MemoryObjectStore(), 5) });
    await backUpNow(repository, 'slow');
    expect((await restored(repository)).equals(incompressible('slow', 300_000))).toBe(true);
  });

  it('comes to be, now or with a later run, where the store fails every few calls', async () => {
    const memory = new MemoryObjectStore();
    const { id } = await Repository.create({ ...options, store: memory });
    const store = new FaultyStore(memory, 5);
    for (let runs = 0; ; runs++) {
      expect(runs).toBeLessThan(20);
      try {
        await backUpNow(await Repository.open({ ...options, store }, id), 'faulty');
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'unreachable' });
      }
    }
    expect(store.faults).toBeGreaterThan(1);
    expect((await restored(await Repository.open({ ...options, store: memory }, id))).length).toBe(300_000);
  });

  it('is refused, and the one before stays, where listings do not show yet what was stored', async () => {
    const memory = new MemoryObjectStore();
    const { id } = await Repository.create({ ...options, store: memory });
    const store = new LaggingStore(memory);
    const repository = await Repository.open({ ...options, store }, id);
    await expect(backUpNow(repository, 'lagging')).rejects.toMatchObject({ code: 'missing-object', isRetryable: true });
    store.isLagging = false;
    await backUpNow(repository, 'later');
    expect((await restored(repository)).equals(incompressible('later', 300_000))).toBe(true);
  });

  it.each<Lie>(['flip', 'cut', 'swap'])('is never read as what it is not, where the store lies (%s)', async (lie) => {
    const store = new LyingStore(new MemoryObjectStore(), /^(?:packs|index|snapshots|heads)\//);
    const repository = await Repository.create({ ...options, store });
    await backUpNow(repository, 'one');
    await backUpNow(repository, 'two');
    store.lie = lie;
    await expect(restored(repository)).rejects.toMatchObject({ name: 'BackupEngineError' });
    store.lie = undefined;
    expect((await restored(repository)).equals(incompressible('two', 300_000))).toBe(true);
  });

  it('is refused where the store forgets a pack that it said it had', async () => {
    const store = new LyingStore(new MemoryObjectStore(), /^packs\//);
    const repository = await Repository.create({ ...options, store });
    await backUpNow(repository, 'kept');
    store.lie = 'forget';
    await expect(backUpNow(repository, 'forgotten')).rejects.toMatchObject({ code: 'missing-object' });
    store.lie = undefined;
    expect((await restored(repository)).equals(incompressible('kept', 300_000))).toBe(true);
  });
});
