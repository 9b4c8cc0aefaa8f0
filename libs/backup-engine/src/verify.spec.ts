import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore, ObjectStoreError } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { workerInThisThread as startWorker } from '../test/same-thread';
import { backUp } from './node/back-up';
import { nodePlatform } from './node/platform';
import { Repository } from './repository';
import { verifySnapshot } from './verify';

const runs = 5;

let root: string;
let store: MemoryObjectStore;
let repository: Repository;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-verify-'));
  store = new MemoryObjectStore();
  repository = await Repository.create({ store, backupKey: generateBackupKey(), platform: nodePlatform });
  // Each run makes a pack of its own.
  for (let run = 0; run < runs; run++) {
    writeFileSync(join(root, `${run}.jpg`), seed(`file ${run}`, 5000));
    await backUp(repository, [root], { startWorker });
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('verifySnapshot', () => {
  it('tells what there is to be read before it is read', async () => {
    const told: number[][] = [];
    await verifySnapshot(repository, await repository.openSnapshot(), {
      onEvent: (event) => event.type === 'progress' && told.push([event.bytesDone, event.bytesTotal]),
    });
    const [[before, total], [after]] = [told[0] as [number, number], told.at(-1) as [number, number]];
    expect(before).toBe(0);
    expect(total).toBeGreaterThan(runs * 5000);
    expect(after).toBe(total);
  });

  it('fetches no further pack once the store is gone', async () => {
    const snapshot = await repository.openSnapshot();
    const getStream = store.getStream.bind(store);
    const fetched: string[] = [];
    vi.spyOn(store, 'getStream').mockImplementation((key, ...more) => {
      if (!key.startsWith('packs/')) return getStream(key, ...more);
      fetched.push(key);
      return Promise.reject(new ObjectStoreError('unreachable', 'no connection'));
    });
    await expect(verifySnapshot(repository, snapshot)).rejects.toMatchObject({ code: 'unreachable' });
    // Whatever was still to come has its turns.
    for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
    expect(fetched.length).toBeLessThanOrEqual(2);
  });
});
