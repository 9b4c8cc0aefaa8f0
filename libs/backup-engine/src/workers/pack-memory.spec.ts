import { describe, expect, it } from 'vitest';

import { PackMemory, packMemoryBytes } from './pack-memory';

/** Whether a promise is settled once everything that was ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

/** What is left of memory that went to a thread which ended. */
function lost(memory: ArrayBuffer): ArrayBuffer {
  structuredClone(memory, { transfer: [memory] });
  return memory;
}

describe('PackMemory', () => {
  describe('take', () => {
    it('gives so many pieces and no more, and the same ones again', async () => {
      const memory = new PackMemory(2);
      const [first, second] = [await memory.take(), await memory.take()];
      expect([first.byteLength, second.byteLength]).toEqual([packMemoryBytes, packMemoryBytes]);
      const third = memory.take();
      expect(await isSettled(third)).toBe(false);
      memory.give(first);
      expect(await third).toBe(first);
      memory.give(second);
      expect(await memory.take()).toBe(second);
    });

    it('serves those who wait in their order', async () => {
      const memory = new PackMemory(1);
      const piece = await memory.take();
      const order: number[] = [];
      const waiting = [1, 2, 3].map(async (number) => {
        const taken = await memory.take();
        order.push(number);
        memory.give(taken);
      });
      memory.give(piece);
      await Promise.all(waiting);
      expect(order).toEqual([1, 2, 3]);
    });
  });

  describe('give', () => {
    it('makes room for a new piece when one is lost, whether somebody waits or not', async () => {
      const memory = new PackMemory(1);
      const first = await memory.take();
      const waiting = memory.take();
      memory.give(lost(first));
      const second = await waiting;
      expect(second.byteLength).toBe(packMemoryBytes);
      memory.give(lost(second));
      const third = await memory.take();
      expect(third.byteLength).toBe(packMemoryBytes);
      expect(await isSettled(memory.take())).toBe(false);
    });
  });

  describe('lend', () => {
    it('takes back what is lent, as whichever object it comes back, when its use ends or fails', async () => {
      const memory = new PackMemory(1);
      let moved: ArrayBuffer | undefined;
      await memory.lend(1000, async (lent) => {
        expect(lent.memory.byteLength).toBe(packMemoryBytes);
        moved = lent.memory.transfer();
        lent.memory = moved;
      });
      expect(await memory.take()).toBe(moved);
      memory.give(moved!);
      const failing = memory.lend(1000, async () => {
        throw new Error('the use failed');
      });
      await expect(failing).rejects.toThrow('the use failed');
      expect(await isSettled(memory.take())).toBe(true);
    });

    it('gives a pack that is too large memory of its own in place of a piece, and a piece to the next', async () => {
      const memory = new PackMemory(1);
      await memory.lend(packMemoryBytes + 1, async (lent) => {
        expect(lent.memory.byteLength).toBe(packMemoryBytes + 1);
        expect(await isSettled(memory.take().then((piece) => memory.give(piece)))).toBe(false);
      });
      const next = memory.lend(packMemoryBytes, async ({ memory: piece }) => piece.byteLength);
      expect(await next).toBe(packMemoryBytes);
    });

    it('is whole again when memory for a large pack cannot be had', async () => {
      const memory = new PackMemory(1);
      await expect(memory.lend(Number.MAX_SAFE_INTEGER, async () => undefined)).rejects.toThrow(RangeError);
      expect(await memory.lend(1, async () => 'used')).toBe('used');
    });
  });
});
