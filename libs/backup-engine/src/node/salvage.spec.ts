import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { objectPaths } from '@coffer/backup-format';
import { generateBackupKey } from '@coffer/device-crypto';
import { fromHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../../test/same-thread';
import { HookedStore } from '../../test/hooked-store';
import { readStats } from '../repository-stats';
import { rebuildIndexes } from '../rebuild-index';
import { Repository } from '../repository';
import { verifySnapshot } from '../verify';
import { backUp } from './back-up';
import { nodePlatform as platform } from './platform';
import { restoreSnapshot } from './restore';
import type { SalvageReport } from '../restore/run-salvage';
import { salvageSnapshot } from './salvage';

const pieceBytes = 16_384;
const headerBytes = 56;
const sealedPieceBytes = pieceBytes + 16;

let root: string;
let source: string;
let store: HookedStore;
const backupKey = generateBackupKey();
let repository: Repository;
/** What was in the store before a test changed anything. */
let untouched: ReadonlyMap<string, Uint8Array>;

const large = seed('large', 900_000);
const small = seed('small', 40_000);
const text = Buffer.from('the same line again\n'.repeat(20_000));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-salvage-'));
  source = join(root, 'source');
  mkdirSync(join(source, 'deep'), { recursive: true });
  store = new HookedStore();
  repository = await Repository.create({ store, backupKey, platform });
  // Three runs, so that there are three packs and three indexes, and which file lies in which pack is known.
  for (const [name, content] of [
    ['large.bin', large],
    ['deep/small.bin', small],
    ['text.txt', text],
  ] as const) {
    writeFileSync(join(source, name), content);
    await backUp(repository, [source], { startWorker, workers: 1 });
  }
  untouched = new Map(await Promise.all((await store.keys()).map(async (key) => [key, await store.get(key)] as const)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(async () => {
  for (const key of await store.keys()) if (!untouched.has(key)) await store.delete(key);
  for (const [key, bytes] of untouched) await write(key, bytes);
  // A device that has seen none of what other tests did.
  repository = await Repository.open({ store, backupKey, platform }, repository.id);
});

async function write(key: string, bytes: Uint8Array): Promise<void> {
  if ((await store.head(key)) !== undefined) await store.delete(key);
  await store.put(key, bytes);
}

/** Flips a bit in the n-th piece of an object. */
async function flip(key: string, piece: number): Promise<void> {
  const bytes = await store.get(key);
  bytes[headerBytes + piece * sealedPieceBytes + 5]! ^= 4;
  await write(key, bytes);
}

/** Path of the pack that a file of this size lies in: packs differ in size here. */
async function packOf(sizeBytes: number): Promise<string> {
  const keys = await store.keys('packs/');
  const sizes = await Promise.all(keys.map(async (key) => [(await store.head(key))!.sizeBytes, key] as const));
  sizes.sort(([left], [right]) => left - right);
  return sizes.findLast(([size]) => size > sizeBytes && size < 1.2 * sizeBytes + 2 * sealedPieceBytes)![1];
}

/** Where cuts lie differs with the keys of each run, and the flag of a chunk is no byte of its file. */
function expectLost({ lostBytes }: SalvageReport, pieces: number): void {
  expect(lostBytes).toBeLessThanOrEqual(pieces);
  expect(lostBytes).toBeGreaterThan(pieces - 5);
}

let outputs = 0;
async function salvage(): Promise<{ readonly report: SalvageReport; readonly out: string }> {
  const out = join(root, `out-${++outputs}`);
  const report = await salvageSnapshot(repository, await repository.openSnapshot(), out);
  return { report, out: join(out, 'source') };
}

describe('salvageSnapshot', () => {
  it('restores everything where nothing is damaged', async () => {
    const { report, out } = await salvage();
    expect(report).toMatchObject({ files: 3, folders: 2, lostBytes: 0, broken: [], problems: [] });
    expect(report.bytes).toBe(large.length + small.length + text.length);
    expect(readFileSync(join(out, 'large.bin')).equals(large)).toBe(true);
    expect(readFileSync(join(out, 'deep/small.bin')).equals(small)).toBe(true);
    expect(readFileSync(join(out, 'text.txt')).equals(text)).toBe(true);
  });

  it('loses the bad piece of a pack only, and gives the file another name', async () => {
    const pack = await packOf(large.length);
    await flip(pack, 20);
    const { report, out } = await salvage();
    expect(report.files).toBe(2);
    expectLost(report, pieceBytes);
    expect(report.problems).toMatchObject([{ code: 'damaged', path: pack }]);
    expect(report.broken).toMatchObject([
      { path: 'source/large.bin', savedAs: 'source/large.bin.salvaged', sizeBytes: large.length },
    ]);
    expect(existsSync(join(out, 'large.bin'))).toBe(false);
    const saved = readFileSync(join(out, 'large.bin.salvaged'));
    expect(saved).toHaveLength(large.length);
    const different = [...saved.keys()].filter((at) => saved[at] !== large[at]);
    // The lost piece is zero, and lies in one place.
    expect(different.at(-1)! - different[0]!).toBeLessThan(pieceBytes);
    expect(different.every((at) => saved[at] === 0)).toBe(true);
    expect(readFileSync(join(out, 'text.txt')).equals(text)).toBe(true);
  });

  it('loses two pieces where two are bad, also where one holds the flag of a chunk', async () => {
    const pack = await packOf(large.length);
    await flip(pack, 0);
    await flip(pack, 30);
    const { report } = await salvage();
    expectLost(report, 2 * pieceBytes);
  });

  it('loses a compressed chunk whole where a piece of it is bad', async () => {
    const packs = await Promise.all(
      (await store.keys('packs/')).map(async (key) => [(await store.head(key))!.sizeBytes, key] as const),
    );
    const [, smallest] = packs.sort(([left], [right]) => left - right)[0]!;
    await flip(smallest, 0);
    const { report, out } = await salvage();
    expect(report.broken).toMatchObject([{ path: 'source/text.txt', savedAs: null, lostBytes: text.length }]);
    expect(existsSync(join(out, 'text.txt'))).toBe(false);
    expect(readFileSync(join(out, 'large.bin')).equals(large)).toBe(true);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | undefined]>([
    ['is missing', () => undefined],
    ['is empty', (bytes) => bytes.subarray(0, 0)],
    [
      'has a damaged head',
      (bytes) => {
        const changed = bytes.slice();
        changed[30]! ^= 1;
        return changed;
      },
    ],
  ])('loses what a pack held that %s, and nothing else', async (_what, change) => {
    const pack = await packOf(small.length);
    const changed = change(await store.get(pack));
    if (changed === undefined) await store.delete(pack);
    else await write(pack, changed);
    const { report, out } = await salvage();
    expect(report.broken).toMatchObject([{ path: 'source/deep/small.bin', savedAs: null, lostBytes: small.length }]);
    expect(readFileSync(join(out, 'large.bin')).equals(large)).toBe(true);
  });

  it('gives back the start of what a pack held that was cut short', async () => {
    const pack = await packOf(large.length);
    await write(pack, (await store.get(pack)).subarray(0, headerBytes + 10 * sealedPieceBytes));
    const { report, out } = await salvage();
    const saved = readFileSync(join(out, 'large.bin.salvaged'));
    const whole = large.length - report.lostBytes;
    // All ten pieces, but for the flags of the chunks in them.
    expect(whole).toBeLessThan(10 * pieceBytes);
    expect(whole).toBeGreaterThan(10 * pieceBytes - 5);
    expect(saved.subarray(0, whole).equals(large.subarray(0, whole))).toBe(true);
    expect(saved.subarray(whole).every((byte) => byte === 0)).toBe(true);
  });

  it('makes up for lost indexes from the packs', async () => {
    for (const key of await store.keys('index/')) await store.delete(key);
    const { report, out } = await salvage();
    expect(report).toMatchObject({ files: 3, lostBytes: 0, broken: [] });
    expect(report.problems.map(({ code }) => code)).toEqual(['missing-object', 'missing-object', 'missing-object']);
    expect(readFileSync(join(out, 'large.bin')).equals(large)).toBe(true);
  });

  it('refuses a snapshot that is damaged itself', async () => {
    const { path } = await repository.openSnapshot();
    await flip(path, 0);
    await expect(salvage()).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('rebuildIndexes', () => {
  async function requireWhole(): Promise<void> {
    const { snapshots } = await repository.listSnapshots();
    expect(snapshots).toHaveLength(3);
    for (const { idHex } of snapshots) {
      expect((await verifySnapshot(repository, await repository.openSnapshot(idHex))).problems).toEqual([]);
    }
    const out = join(root, `out-${++outputs}`);
    await restoreSnapshot(repository, await repository.openSnapshot(), out, { startWorker, workers: 1 });
    expect(readFileSync(join(out, 'source/large.bin')).equals(large)).toBe(true);
  }

  it('lets a repository restore that has no index at all, every snapshot of it', async () => {
    for (const key of await store.keys('index/')) await store.delete(key);
    await expect(requireWhole()).rejects.toMatchObject({ code: 'missing-object' });
    expect(await rebuildIndexes(repository)).toMatchObject({ indexes: 3, rebuilt: 3, packs: 3, unreadable: [] });
    await requireWhole();
    // And a backup builds on them: nothing is stored again.
    const packs = await store.keys('packs/');
    await backUp(repository, [source], { startWorker, workers: 1 });
    expect(await store.keys('packs/')).toEqual(packs);
  });

  it('puts a damaged index right and leaves sound ones alone', async () => {
    const [first, ...others] = await store.keys('index/');
    await flip(first!, 0);
    expect(await rebuildIndexes(repository)).toMatchObject({ indexes: 3, rebuilt: 1 });
    for (const key of others) expect(await store.get(key)).toEqual(untouched.get(key));
    await requireWhole();
    expect(await rebuildIndexes(repository)).toMatchObject({ indexes: 3, rebuilt: 0, packs: 0 });
  });

  it('names no pack that cannot be read', async () => {
    const pack = await packOf(small.length);
    await write(pack, (await store.get(pack)).subarray(0, -3));
    for (const key of await store.keys('index/')) await store.delete(key);
    expect(await rebuildIndexes(repository)).toMatchObject({ rebuilt: 3, packs: 2, unreadable: [pack] });
    const { problems, brokenFiles } = await verifySnapshot(repository, await repository.openSnapshot());
    expect([problems.length, brokenFiles]).toEqual([1, ['source/deep/small.bin']]);
    // Nothing is gained, and nothing is written, until the pack is there again: from another copy, or a store that was slow to list it.
    expect(await rebuildIndexes(repository)).toMatchObject({ rebuilt: 0, packs: 2, unreadable: [pack] });
    await write(pack, untouched.get(pack)!);
    expect((await rebuildIndexes(repository)).rebuilt).toBeGreaterThan(0);
    await requireWhole();
    expect(await rebuildIndexes(repository)).toMatchObject({ rebuilt: 0, packs: 0 });
  });

  it('says that there is no backup yet', async () => {
    const empty = await Repository.create({ store: new HookedStore(), backupKey: generateBackupKey(), platform });
    await expect(rebuildIndexes(empty)).rejects.toMatchObject({ code: 'no-snapshot' });
    await expect(readStats(empty)).rejects.toMatchObject({ code: 'no-snapshot' });
  });
});

describe('readStats', () => {
  it('counts before and after equal parts are stored once and compressed, and what nothing needs', async () => {
    const [stored] = [await readStats(repository)];
    expect(stored).toMatchObject({
      snapshots: 3,
      items: { files: 3, folders: 2, links: 0 },
      conversations: 0,
      messages: 0,
    });
    expect(stored.snapshotBytes).toBe(3 * large.length + 2 * small.length + text.length);
    // The text repeats itself beyond a chunk, but not so that two chunks are equal.
    expect(stored.rawBytes).toBeLessThanOrEqual(large.length + small.length + text.length);
    expect(stored.rawBytes).toBeGreaterThan(large.length + small.length);
    expect(stored.compressedBytes).toBeLessThan(large.length + small.length + text.length / 10);
    expect(stored.stored.packs.objects).toBe(3);
    const sizes = await Promise.all(
      (await store.keys('packs/')).map(async (key) => (await store.head(key))!.sizeBytes),
    );
    expect(stored.stored.packs.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(stored.unneeded).toEqual({ objects: 0, bytes: 0 });

    const orphan = objectPaths.pack(1, fromHex('ab'.repeat(16)));
    await store.put(orphan, new Uint8Array(1234));
    expect((await readStats(repository)).unneeded).toEqual({ objects: 1, bytes: 1234 });
    const last = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };
    expect((await readStats(repository, last)).unneeded.objects).toBe(3);
  });
});
