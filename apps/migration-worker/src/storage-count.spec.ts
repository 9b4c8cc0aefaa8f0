import { OpsFigures, statement, storageCounts, type StorageCounts } from '@coffer/database';
import { MemoryObjectStore, type ListOptions } from '@coffer/object-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGround, type WorkerGround } from '../test/worker-ground';
import { StorageCount } from './storage-count';

let ground: WorkerGround;
let counts: StorageCounts;
beforeAll(async () => {
  ground = await startGround();
  counts = storageCounts(ground.database);
});
afterAll(() => ground.stop());
beforeEach(() => ground.database.change(forget));

const forget = statement('spec_forget', 'DELETE FROM storage_counts');
const day = 24 * 3600;
const running = { signal: new AbortController().signal };

async function storeOf(objects: number): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  for (let index = 0; index < objects; index++) await store.put(`r${index % 3}/o${index}`, new Uint8Array(index + 1));
  return store;
}

const figures = async () => {
  const { objects, bytes, countedAtMs } = await new OpsFigures(ground.database, new Uint8Array(32)).storage();
  return { objects, bytes, isCounted: countedAtMs !== null };
};

describe('StorageCount', () => {
  it('counts objects and bytes page by page, and not again before it is due', async () => {
    const objects = await storeOf(25);
    const count = new StorageCount({ counts, objects, everySeconds: day, pageEntries: 10 });
    expect(await figures()).toEqual({ objects: null, bytes: null, isCounted: false });
    expect(await count.run(running)).toBe(day);
    expect(await figures()).toEqual({ objects: 25, bytes: 325, isCounted: true });
    await objects.put('new', new Uint8Array(100));
    const wait = await count.run(running);
    expect([wait! > day - 60, wait! <= day]).toEqual([true, true]);
    expect(await figures()).toMatchObject({ objects: 25 });
  });

  it.each([0, 10, 20])('ends where the store has %d objects and a page holds 10', async (objects) => {
    const count = new StorageCount({ counts, objects: await storeOf(objects), everySeconds: day, pageEntries: 10 });
    expect(await count.run(running)).toBe(day);
    expect(await figures()).toMatchObject({ objects });
  });

  it('goes on after the last page that was stored when it was killed or stopped in the middle', async () => {
    const objects = await storeOf(25);
    const asked: (string | undefined)[] = [];
    let pages = 0;
    const failing = {
      list: (prefix: string, options?: ListOptions) => {
        asked.push(options?.after);
        if (++pages === 2) throw new Error('killed');
        return objects.list(prefix, options);
      },
    };
    const parts = { counts, objects: failing, everySeconds: day, pageEntries: 10 };
    await expect(new StorageCount(parts).run(running)).rejects.toThrow('killed');
    const stopped = new StorageCount(parts);
    stopped.stop();
    expect(await stopped.run(running)).toBe(0);
    expect(await figures()).toMatchObject({ objects: null });
    expect(await new StorageCount(parts).run(running)).toBe(day);
    expect(await figures()).toEqual({ objects: 25, bytes: 325, isCounted: true });
    expect(asked).toHaveLength(4);
    expect([asked[0], asked[1], asked[2]]).toEqual([undefined, asked[1], asked[1]]);
  });

  it('counts nothing twice when two processes are at it', async () => {
    const objects = await storeOf(200);
    const each = [1, 2, 3].map(() => new StorageCount({ counts, objects, everySeconds: day, pageEntries: 7 }));
    const until = async (count: StorageCount): Promise<void> => {
      while ((await count.run(running)) === 0);
    };
    await Promise.all(each.map(until));
    expect(await figures()).toEqual({ objects: 200, bytes: 20_100, isCounted: true });
  });

  it('keeps the last figures while the next count runs, and counts never where it is switched off', async () => {
    const objects = await storeOf(5);
    await new StorageCount({ counts, objects, everySeconds: day }).run(running);
    expect(await counts.begin(0)).toBe(0);
    expect(await counts.advance(null, 'r0/o0', { objects: 1, bytes: 1 })).toBe(true);
    expect(await counts.advance(null, null, { objects: 9, bytes: 9 })).toBe(false);
    expect(await figures()).toEqual({ objects: 5, bytes: 15, isCounted: true });
    expect(await new StorageCount({ counts, objects, everySeconds: 0 }).run(running)).toBeUndefined();
  });
});
