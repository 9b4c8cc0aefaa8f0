import { Worker } from 'node:worker_threads';
import { sealedSize } from '@coffer/device-crypto';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { buildEntries } from '../../test/build-entries';
import type { PackCheck } from '../check-pack';
import { packMemoryBytes, type LentMemory } from '../workers/pack-memory';
import { WorkerPool } from '../workers/worker-pool';
import type { StartWorker } from '../workers/worker-thread';
import { workerFromFile } from './worker-threads';

let startWorker: StartWorker;
beforeAll(async () => {
  startWorker = workerFromFile((await buildEntries('worker-entry'))['worker-entry']);
});

let pool: WorkerPool;
afterEach(() => pool.stop());

/** A thread that does as the script says, where the engine's own would have to be broken for it. */
function scripted(script: string): StartWorker {
  return () => new Worker(`const { parentPort } = require('node:worker_threads');\n${script}`, { eval: true });
}

/** A check of bytes that are no pack, in lent memory. */
function checkOf(lent: LentMemory): PackCheck {
  return {
    key: { inputKey: seed('key', 32), context: seed('context', 10) },
    chunkIdKey: seed('chunk ids', 32),
    sealed: new Uint8Array(lent.memory, 0, sealedSize(1000)),
    table: undefined,
    segments: [],
  };
}

describe('WorkerPool', () => {
  describe('run', () => {
    it('gives a job to a worker that is free, and lets others wait, the urgent ones first', async () => {
      pool = new WorkerPool(startWorker, 2);
      const order: string[] = [];
      let running = 0;
      const job = (name: string) => async (): Promise<void> => {
        order.push(name);
        running += 1;
        expect(running).toBeLessThanOrEqual(2);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      };
      await Promise.all([...['a', 'b', 'c', 'd'].map((name) => pool.run(job(name))), pool.run(job('urgent'), 'first')]);
      expect(order).toEqual(['a', 'b', 'urgent', 'c', 'd']);
    });

    it('frees the worker when a job fails', async () => {
      pool = new WorkerPool(startWorker, 1);
      for (let round = 0; round < 3; round++) {
        await expect(pool.run(() => Promise.reject(new Error('this job')))).rejects.toThrow('this job');
      }
    });
  });

  describe('call', () => {
    it('brings lent memory back with a failure, and the worker goes on', async () => {
      pool = new WorkerPool(startWorker, 1);
      const lent: LentMemory = { memory: new ArrayBuffer(packMemoryBytes) };
      for (let round = 0; round < 3; round++) {
        const before = lent.memory;
        const checking = pool.run((worker) => worker.call('checkPack', checkOf(lent), lent));
        expect(before.detached).toBe(true);
        await expect(checking).rejects.toMatchObject({ code: 'damaged' });
        expect([lent.memory.byteLength, lent.memory === before]).toEqual([packMemoryBytes, false]);
      }
    });

    it('brings lent memory back with an answer', async () => {
      pool = new WorkerPool(
        scripted(`parentPort.on('message', ({ number, request }) => {
          const lent = request.sealed.buffer;
          parentPort.postMessage({ type: 'answer', number, lent, answer: null }, [lent]);
        });`),
        1,
      );
      const lent: LentMemory = { memory: new ArrayBuffer(packMemoryBytes) };
      await pool.run((worker) => worker.call('checkPack', checkOf(lent), lent));
      expect(lent.memory.byteLength).toBe(packMemoryBytes);
    });

    it.each([
      ['ends', 'process.exit(0)'],
      ['throws', `throw new Error('a fault')`],
    ])('fails, and so does every later call, when the thread %s; what it held is lost', async (_name, act) => {
      pool = new WorkerPool(scripted(`parentPort.once('message', () => { ${act}; });`), 1);
      const lent: LentMemory = { memory: new ArrayBuffer(packMemoryBytes) };
      const call = (): Promise<unknown> => pool.run((worker) => worker.call('checkPack', checkOf(lent), lent));
      await expect(call()).rejects.toMatchObject({ code: 'worker-failed' });
      expect(lent.memory.detached).toBe(true);
      lent.memory = new ArrayBuffer(packMemoryBytes);
      await expect(call()).rejects.toMatchObject({ code: 'worker-failed' });
      expect(lent.memory.byteLength).toBe(packMemoryBytes);
    });

    it('fails what is under way when the pool is stopped', async () => {
      pool = new WorkerPool(scripted(`parentPort.on('message', () => {});`), 2);
      const calls = [1, 2, 3].map(() => pool.run((worker) => worker.call('flush', null)));
      const results = Promise.allSettled(calls);
      await pool.stop();
      expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    });
  });
});
