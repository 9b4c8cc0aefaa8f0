import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneRepository, type Repository, type RetentionPolicy } from '@coffer/backup-engine';
import { systemClock, type Clock } from '@coffer/foundation';
import { proofSize, recordProof, runSeed, seed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openAsFreshDevice, readWhole } from './fresh-device';
import { hashes, run } from './run-coffer';

const killPoints = proofSize({ sample: 6, long: 300 });
const versions = 4;
const policy: RetentionPolicy = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };
const inADay: Clock = { nowMs: () => systemClock.nowMs() + 25 * 3_600_000 };
const longAgo: Clock = { nowMs: () => systemClock.nowMs() - 25 * 3_600_000 };

let folder: string;
let source: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-prune-kill-'));
  source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'stays.bin'), randomBytes(200_000));
  const made = deviceIn('template');
  expect((await made.run(['init', '--key-out', made.keyFile])).code).toBe(0);
  for (let version = 0; version < versions; version++) {
    writeFileSync(join(source, 'changes.bin'), randomBytes(version === 0 ? 1_500_000 : 300_000));
    const backup = await made.run(['backup', source]);
    expect(backup.code, backup.printed).toBe(0);
  }
  // As a run of yesterday left it: a real process has no clock but the real one.
  const marking = await pruneRepository(await made.open(longAgo), { policy, isWithoutRepacking: true });
  expect([marking.plan?.leaving.length, marking.deleted]).toEqual([versions - 1, 0]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A device with a store of its own, in a folder that may be copied whole. */
function deviceIn(name: string) {
  const root = join(folder, name);
  const keyFile = join(folder, 'key');
  const url = `file:${join(root, 'store')}`;
  return {
    keyFile,
    root,
    run: (args: readonly string[], options: Parameters<typeof run>[1] = {}) => {
      const key = args[0] === 'init' ? [] : ['--key', keyFile];
      return run([...args, '--store', url, ...key, '--home', join(root, 'home')], options);
    },
    open: (clock?: Clock) => openAsFreshDevice(url, keyFile, clock),
  };
}

/** Reads every snapshot that is listed, whole. @returns how many there are */
async function readAll(repository: Repository): Promise<number> {
  const { snapshots, damaged } = await repository.listSnapshots();
  expect(damaged).toEqual([]);
  for (const { idHex } of snapshots) await readWhole(repository, idHex);
  return snapshots.length;
}

describe('coffer prune, killed', { timeout: proofSize({ sample: 300_000, long: 7_200_000 }) }, () => {
  it(`leaves every snapshot that is listed whole at each of ${killPoints} points, and the next run completes it`, async () => {
    const started = performance.now();
    const chosen = new DataView(seed(`prune-kill-points ${runSeed()}`, 8 * killPoints).buffer);
    const figures = { atAStep: 0, atATime: 0, endedBeforeTheKill: 0, before: 0, after: 0 };
    const steps = [
      'pack-stored:1',
      'repacked:1',
      'list-stored:1',
      'head-replaced:1',
      'deleting:1',
      'deleting:2',
      'deleted:1',
    ];
    let wholeRunMs = 1000;
    for (let point = 0; point < killPoints; point++) {
      const device = deviceIn(`point-${point}`);
      cpSync(join(folder, 'template'), device.root, { recursive: true });
      // Every other one at a step that the seed chooses, the rest at any moment of the run.
      const isAtAStep = point % 2 === 0;
      const step = steps[chosen.getUint32(8 * point) % steps.length]!;
      const killAfterMs = (chosen.getUint32(8 * point + 4) / 2 ** 32) * wholeRunMs;
      const prune = ['prune', '--keep-last', '1'];
      const killed = await device.run(
        prune,
        isAtAStep ? { environment: { COFFER_FAILPOINT: `prune:${step}` } } : { killAfterMs },
      );
      if (isAtAStep) expect(killed.code, killed.printed).toBeNull();
      if (killed.code === null) figures[isAtAStep ? 'atAStep' : 'atATime'] += 1;
      else figures.endedBeforeTheKill += 1;
      figures[(await readAll(await device.open())) >= versions ? 'before' : 'after'] += 1;

      const again = performance.now();
      const completed = await device.run(prune);
      expect(completed.code, completed.printed).toBe(0);
      wholeRunMs = performance.now() - again;
      // The newest snapshot, and the one in its place whose first pack is new: that is marked by now, and goes a day later.
      expect(await readAll(await device.open())).toBe(2);
      const repository = await device.open(inADay);
      await pruneRepository(repository, { policy });
      expect(await readAll(repository)).toBe(1);
      const { plan } = await pruneRepository(repository, { policy, isDryRun: true });
      expect(plan?.decided).toEqual([]);
      expect([...(plan?.newlyMarked ?? []), ...(plan?.waiting ?? [])].filter(({ kind }) => kind !== 'prune')).toEqual(
        [],
      );
      if (point > 0) rmSync(device.root, { recursive: true });
    }

    const out = join(folder, 'restored');
    const restore = await deviceIn('point-0').run(['restore', '--out', out]);
    expect(restore.code, restore.printed).toBe(0);
    expect(hashes(join(out, 'source'))).toEqual(hashes(source));
    recordProof({
      proof: 'prune-kill-points',
      count: killPoints,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After a SIGKILL of a real coffer process that prunes, after each of its steps and at random moments, a device that has seen ' +
        'nothing reads every object of every listed snapshot and finds it sound, and the same command, and another run a ' +
        'day later, complete the prune: one snapshot is left, what was left of its first pack is packed anew, and nothing is there ' +
        'that it does not need.',
      figures,
    });
  });
});
