import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storeRecords } from './record-store';

/** A temporary folder of this suite alone, so that what others leave in theirs is not counted. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-spools-'));
  vi.stubEnv('TMPDIR', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
const spools = (): number => readdirSync(folder).length;

async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < 10; at++) yield seed(`piece ${at}`, 1000);
}

describe('storeRecords', () => {
  it.each([100_000, 5000, 0])('gives the same bytes with %i bytes of memory, and leaves no file', async (limit) => {
    const before = spools();
    const whole = Buffer.concat(Array.from({ length: 10 }, (_, at) => seed(`piece ${at}`, 1000)));
    const records = await storeRecords(pieces(), limit);
    expect(spools() - before).toBe(limit < 10_000 ? 1 : 0);
    expect(records.sizeBytes).toBe(whole.length);
    for (const [offset, length] of [
      [0, 10_000],
      [999, 2],
      [9999, 1],
    ] as const) {
      expect(Buffer.from(records.read(offset, length)).equals(whole.subarray(offset, offset + length))).toBe(true);
    }
    records.close();
    expect(spools()).toBe(before);
  });
  it('leaves no file where reading fails', async () => {
    const before = spools();
    const failing = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield seed('x', 1000);
      throw new Error('the disk is on fire');
    };
    await expect(storeRecords(failing(), 10)).rejects.toThrow('the disk is on fire');
    expect(spools()).toBe(before);
  });
});
