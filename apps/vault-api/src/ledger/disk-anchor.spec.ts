import { appendFile, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@coffer/foundation';
import type { AnchoredEntry, AnchorEntry } from '@coffer/key-vault';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskAnchor } from './disk-anchor';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'coffer-anchor-')), 'anchor');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const entriesOf = (...bytes: number[]): AnchorEntry[] =>
  bytes.map((byte) => ({ entry: new Uint8Array(32).fill(byte), sealedEvent: Uint8Array.of(byte), sealingEpoch: 1 }));

async function allFrom(anchor: DiskAnchor, first = 0): Promise<readonly AnchoredEntry[]> {
  return Array.fromAsync(anchor.entries(first));
}

async function journalFile(): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('journal-')).sort();
  return join(folder, names.at(-1)!);
}

describe('DiskAnchor', () => {
  it('knows nothing where there is no folder, and what it was given last after a restart', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    expect(await anchor.head()).toBeUndefined();
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    await anchor.append(2, entriesOf(3), { size: 3, note: 'three\n' });
    await anchor.touch({ size: 3, note: 'three\n' });
    await anchor.release();
    const again = new DiskAnchor(folder, systemClock);
    expect(await again.head()).toEqual({ size: 3, note: 'three\n' });
    await again.append(3, entriesOf(4), { size: 4, note: 'four\n' });
    await again.release();
    const all = await allFrom(again);
    expect(all.map(({ leafIndex, entry }) => [leafIndex, entry[0]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(all[2]).toEqual({ leafIndex: 2, ...entriesOf(3)[0]! });
    expect(await allFrom(again, 3)).toEqual([all[3]]);
    expect(await allFrom(again, 9)).toEqual([]);
  });

  it('passes over what was appended once more, and says so where a line is missing', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    await anchor.append(0, entriesOf(1, 2, 3), { size: 3, note: 'three\n' });
    expect((await allFrom(anchor)).map(({ entry }) => entry[0])).toEqual([1, 2, 3]);
    await anchor.append(4, entriesOf(5), { size: 5, note: 'five\n' });
    await expect(allFrom(anchor)).rejects.toMatchObject({ code: 'anchor-damaged' });
    await anchor.release();
  });

  it('refuses a head behind its own, also after a restart', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    await anchor.append(0, entriesOf(1, 2), { size: 2, note: 'two\n' });
    await anchor.release();
    const late = new DiskAnchor(folder, systemClock).append(0, entriesOf(9), { size: 1, note: 'one\n' });
    await expect(late).rejects.toMatchObject({ code: 'anchor-ahead' });
  });

  it('leaves out a line that a killed process left half-written, and never continues it', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    await anchor.release();
    await appendFile(await journalFile(), '{"first":1,"size":2,"no');
    const again = new DiskAnchor(folder, systemClock);
    expect(await again.head()).toEqual({ size: 1, note: 'one\n' });
    await again.append(1, entriesOf(2), { size: 2, note: 'two\n' });
    await again.release();
    expect(await allFrom(again)).toHaveLength(2);
    await truncate(await journalFile(), 0);
    expect(await new DiskAnchor(folder, systemClock).head()).toEqual({ size: 1, note: 'one\n' });
  });

  it('finds the last line where it is longer than what is read at once', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    const many = Array.from({ length: 3_000 }, (_, index) => index % 256);
    await anchor.append(1, entriesOf(...many), { size: 3_001, note: 'many\n' });
    await anchor.release();
    expect(await new DiskAnchor(folder, systemClock).head()).toEqual({ size: 3_001, note: 'many\n' });
  });

  it('says so when a complete line is damaged', async () => {
    const anchor = new DiskAnchor(folder, systemClock);
    await anchor.append(0, entriesOf(1), { size: 1, note: 'one\n' });
    await anchor.release();
    const lines = [
      '{"size":"2"}',
      '{"first":1,"size":3,"note":"n","entries":[]}',
      '{"first":1,"size":2,"note":"n","entries":[["short","AA",1]]}',
    ];
    for (const line of lines) {
      await appendFile(await journalFile(), `${line}\n`);
      await expect(new DiskAnchor(folder, systemClock).head()).rejects.toMatchObject({ code: 'anchor-damaged' });
      await expect(allFrom(new DiskAnchor(folder, systemClock))).rejects.toMatchObject({ code: 'anchor-damaged' });
    }
  });
});
