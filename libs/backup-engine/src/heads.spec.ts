import { objectPaths } from '@coffer/backup-format';
import { generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore } from '@coffer/object-store';
import { fakeClock } from '@coffer/test-kit';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../test/same-thread';
import { ProcessMemory, type DeviceMemory } from './device-memory';
import { backUp } from './node/back-up';
import { nodePlatform } from './node/platform';
import { Repository } from './repository';

const clock = fakeClock();
let root: string;
let store: MemoryObjectStore;
let backupKey: BackupKey;
let id: Uint8Array;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-heads-'));
  store = new MemoryObjectStore();
  backupKey = generateBackupKey();
  ({ id } = await Repository.create({ store, backupKey, platform: nodePlatform, clock }));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As another run of a device would, which brings along only what the device remembers. */
const open = (memory: DeviceMemory): Promise<Repository> =>
  Repository.open({ store, backupKey, platform: nodePlatform, memory, clock }, id);

async function backUpOn(memory: DeviceMemory, content: string): Promise<void> {
  writeFileSync(join(root, 'file'), content);
  await backUp(await open(memory), [join(root, 'file')], { startWorker, workers: 1 });
}

/** All objects of the store, to set it back to later. */
async function copyOfStore(): Promise<ReadonlyMap<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of store.list('')) objects.set(key, await store.get(key));
  return objects;
}

async function setBackTo(objects: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const key of (await copyOfStore()).keys()) await store.delete(key);
  for (const [key, bytes] of objects) await store.put(key, bytes);
}

const rolledBack = { name: 'BackupEngineError', code: 'head-rolled-back' };

describe('a store that was set back (B10)', () => {
  it('is refused, with both states and when the newer one was seen, by a device that saw it', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    const old = await copyOfStore();
    await backUpOn(memory, 'two');
    await setBackTo(old);
    await expect(open(memory)).rejects.toMatchObject({
      ...rolledBack,
      fields: { shown: 1, seen: 2 },
      message: expect.stringMatching(
        /shows backup number 1, .* saw backup number 2.*Nothing was read or written/,
      ) as string,
    });
    expect(await copyOfStore()).toEqual(old);
  });

  it('is refused when it shows no backup at all', async () => {
    const memory = new ProcessMemory();
    const empty = await copyOfStore();
    await backUpOn(memory, 'one');
    await setBackTo(empty);
    await expect(open(memory)).rejects.toMatchObject({ ...rolledBack, fields: { shown: 0, seen: 1 } });
  });

  it('is refused in the middle of a session, before anything is written', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    const old = await copyOfStore();
    await backUpOn(memory, 'two');
    const repository = await open(memory);
    await setBackTo(old);
    writeFileSync(join(root, 'file'), 'three');
    for (const act of [
      () => repository.head(),
      () => repository.openSnapshot(),
      () => backUp(repository, [join(root, 'file')], { startWorker, workers: 1 }),
    ]) {
      await expect(act()).rejects.toMatchObject(rolledBack);
    }
    expect(await copyOfStore()).toEqual(old);
  });

  it('is refused when only the newest head is gone, or is rubbish', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    await backUpOn(memory, 'two');
    const newest = objectPaths.head(2);
    await store.delete(newest);
    await expect(open(memory)).rejects.toMatchObject(rolledBack);
    await store.put(newest, new Uint8Array(100));
    await expect(open(memory)).rejects.toMatchObject(rolledBack);
  });

  it('B11: is refused when another history has as many backups', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    const fork = await copyOfStore();
    await backUpOn(memory, 'two');
    await setBackTo(fork);
    // A device that saw neither goes on from the old state: its second backup is another one.
    await backUpOn(new ProcessMemory(), 'another two');
    await expect(open(memory)).rejects.toMatchObject({ ...rolledBack, fields: { shown: 2, seen: 2 } });
  });

  it('is what a device shows that saw no newer state: it cannot know', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    const old = await copyOfStore();
    await backUpOn(new ProcessMemory(), 'two');
    await setBackTo(old);
    const { head } = (await (await open(memory)).head())!;
    expect(head.generation).toBe(1);
  });

  it('is no matter once a newer state is there again', async () => {
    const memory = new ProcessMemory();
    await backUpOn(memory, 'one');
    const old = await copyOfStore();
    await backUpOn(memory, 'two');
    const current = await copyOfStore();
    await setBackTo(old);
    await expect(open(memory)).rejects.toMatchObject(rolledBack);
    await setBackTo(current);
    await backUpOn(memory, 'three');
    expect((await (await open(memory)).head())!.head.generation).toBe(3);
  });
});
