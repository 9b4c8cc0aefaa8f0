import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { proofSize, recordProof, runSeed, seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openAsFreshDevice, readWhole } from './fresh-device';
import { hashes, run } from './run-coffer';

const killPoints = proofSize({ sample: 100, long: 1_000 });

describe('coffer backup, killed', () => {
  let folder: string;
  let source: string;
  let store: string;
  let key: string;
  let common: readonly string[];
  const places = seed(`kill-points ${runSeed()}`, 4 * killPoints);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-kill-'));
    source = join(folder, 'source');
    mkdirSync(join(source, 'deep'), { recursive: true });
    for (const [name, size] of [
      ['a.bin', 3_000_000],
      ['deep/b.bin', 700_000],
      ['deep/c.txt', 60_000],
    ] as const) {
      writeFileSync(join(source, name), randomBytes(size));
    }
    store = `file:${join(folder, 'store')}`;
    key = join(folder, 'key');
    common = ['--store', store, '--key', key, '--home', join(folder, 'home')];
    expect((await run(['init', '--store', store, '--key-out', key])).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Reads the newest snapshot whole. @returns how many there are */
  async function readNewest(): Promise<number> {
    const repository = await openAsFreshDevice(store, key);
    const { snapshots, damaged } = await repository.listSnapshots();
    expect(damaged).toEqual([]);
    await readWhole(repository);
    return snapshots.length;
  }

  it(
    `leaves a sound repository at each of ${killPoints} points, and the next run goes on`,
    { timeout: proofSize({ sample: 600_000, long: 7_200_000 }) },
    async () => {
      const started = performance.now();
      expect((await run(['backup', source, ...common])).code).toBe(0);
      // A run like those that follow: the first one takes longer, and half of the kills would come too late.
      writeFileSync(join(source, 'new-0.bin'), randomBytes(100_000));
      const second = performance.now();
      expect((await run(['backup', source, ...common])).code).toBe(0);
      let wholeRunMs = performance.now() - second;
      let killed = 0;
      let acknowledged = 2;
      for (let point = 0; point < killPoints; point++) {
        // Something new to take in each time, so that packs, index, snapshot and head are all written.
        writeFileSync(join(source, `new-${point % 7}.bin`), randomBytes(40_000 + 1_000 * (point % 100)));
        const share = new DataView(places.buffer, places.byteOffset + 4 * point, 4).getUint32(0) / 2 ** 32;
        const began = performance.now();
        const { code, printed } = await run(['backup', source, ...common], { killAfterMs: share * wholeRunMs });
        if (code === null) killed++;
        else expect(code, printed).toBe(0);
        if (code === 0) acknowledged++;
        const listed = await readNewest();
        expect(listed).toBeGreaterThanOrEqual(acknowledged);
        // A run that was killed behind its last step has made one that nobody was told of.
        acknowledged = listed;
        // A machine grows busy and idle again: each run that ends says how long one takes now, and kills go on to its end.
        wholeRunMs = code === null ? 1.02 * wholeRunMs : performance.now() - began;
      }
      // A machine that is much faster by now would finish before it is killed: then nothing was proven.
      expect(killed).toBeGreaterThan(killPoints / 4);

      const last = await run(['backup', source, ...common]);
      expect(last.code, last.printed).toBe(0);
      const sound = await run(['verify', '--sample', '100', ...common]);
      expect(sound.code, sound.printed).toBe(0);
      const restored = join(folder, 'restored');
      const restore = await run(['restore', '--out', restored, ...common]);
      expect(restore.code, restore.printed).toBe(0);
      expect(hashes(join(restored, 'source'))).toEqual(hashes(source));
      recordProof({
        proof: 'backup-kill-points',
        count: killPoints,
        seconds: (performance.now() - started) / 1000,
        asserted:
          'After each SIGKILL of a real backup at a random point a device that has seen nothing finds every snapshot that was ' +
          'acknowledged, reads every object of the newest one and finds it sound; the next run goes on, and at the end the restored ' +
          'folder equals the source.',
        figures: { killed, endedBeforeTheKill: killPoints - killed },
      });
    },
  );

  it(
    'finds a flipped bit in any object of the store, says so with exit code 4 and writes nothing half',
    { timeout: 300_000 },
    async () => {
      const copy = join(folder, 'flipped');
      const objects = [...hashes(join(folder, 'store')).keys()].filter((path) => /packs|index|snapshots/.test(path));
      const args = ['--store', `file:${copy}`, ...common.slice(2, 4), '--home', join(folder, 'other-home')];
      const chosen = seed(`flipped ${runSeed()}`, 24);
      for (let flip = 0; flip < 6; flip++) {
        cpSync(join(folder, 'store'), copy, { recursive: true });
        // Only what the current backup needs is read: flip every object of the kind, one bit each.
        const kind = ['packs', 'index', 'snapshots'][flip % 3] ?? 'packs';
        for (const path of objects.filter((name) => name.includes(kind))) {
          const bytes = readFileSync(join(copy, path));
          const at = new DataView(chosen.buffer, chosen.byteOffset + 4 * flip, 4).getUint32(0) % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ (1 << (flip % 8));
          rmSync(join(copy, path));
          writeFileSync(join(copy, path), bytes);
        }
        const out = join(folder, `out-${flip}`);
        const restore = await run(['restore', '--out', out, ...args]);
        expect(restore.code, `${kind}: ${restore.printed}`).toBe(4);
        const original = hashes(source);
        for (const [path, hash] of safeHashes(out)) expect(original.get(relative('source', path)), path).toBe(hash);
        rmSync(copy, { recursive: true });
      }
    },
  );
});

function safeHashes(folder: string): Map<string, string> {
  try {
    return hashes(folder);
  } catch {
    return new Map();
  }
}
