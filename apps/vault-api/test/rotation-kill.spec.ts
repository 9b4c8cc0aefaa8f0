import { randomBytes } from '@coffer/crypto';
import { isLongRun, proofSample, proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from './api-process';
import { CofferDevice, type CofferRun } from './coffer-device';
import { requireSoundBooks } from './ledger-books';
import { RotatingAccount, type KeyInForce } from './rotating-account';
import { stretchTripWire, type TripMoment, type TripWire } from './trip-wire';
import { startBench, type VaultBench } from './vault-bench';

/** Steps of the device at which it kills itself, and whose key is in force afterwards. */
const deviceSteps: readonly (readonly [string, KeyInForce])[] = [
  ['key-kept', 'former'],
  ['repositories-prepared', 'former'],
  ['keyslots-proven', 'former'],
  ['rotated', 'next'],
  ['next-key-kept', 'next'],
  ['former-key-removed', 'next'],
];

/** Steps of the vault at which it kills itself while it answers; `faults.spec.ts` meets them with each `npm test`. */
const vaultSteps: readonly (readonly [string, KeyInForce])[] = [
  ['rotation-proven', 'former'],
  ['rotation-written', 'former'],
  ['rotation-committed', 'next'],
];

let bench: VaultBench;
let wire: TripWire;
let folder: string;
let account: RotatingAccount;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  wire = await stretchTripWire(Number(new URL(bench.apis[0]!.url).port));
  folder = mkdtempSync(join(tmpdir(), 'coffer-rotation-kill-'));
  account = await RotatingAccount.backUp(bench, folder, randomBytes(200_000));
}, 180_000);
afterAll(async () => {
  await wire.stop();
  await bench.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** For ten minutes from now; a long run takes longer. */
function signIn(at: Pick<ApiProcess, 'url'>): Promise<void> {
  return account.device.pointTo(at);
}

/** The same command again completes the rotation. */
async function complete(): Promise<void> {
  account.requireDone(await account.device.run(account.rotate));
  await goOn();
}

/** A rotation is over: its key is in force and takes a backup, and the next one starts from it. */
async function goOn(): Promise<void> {
  expect(await account.inForce()).toBe('next');
  account.advance();
  if (!isLongRun()) return;
  account.requireDone(await account.device.run(['backup', account.source, '--store', 'vault:']));
}

describe('coffer keyslots rotate, killed', { timeout: proofSize({ sample: 900_000, long: 7_200_000 }) }, () => {
  it.each(proofSample('rotation steps of the device', deviceSteps, 1))(
    'at %s leaves all of the %s key working, and the next run completes it',
    async (step, whose) => {
      await signIn(bench.apis[0]!);
      const killed = await account.device.run(account.rotate, { COFFER_FAILPOINT: step });
      expect([killed.code, killed.summary]).toEqual([null, undefined]);
      expect(await account.inForce()).toBe(whose);
      expect(await account.device.run(['snapshots', '--store', 'vault:'])).toMatchObject({
        code: 0,
        summary: { damaged: 0 },
      });
      await complete();
    },
  );

  it.runIf(isLongRun()).each(vaultSteps)(
    'with the vault that dies at %s leaves all of the %s key working, and the next run completes it',
    async (step, whose) => {
      const own = await RotatingAccount.backUp(bench, folder, randomBytes(50_000));
      const rotate = [...own.rotate, '--password'];
      const environment = { COFFER_PASSWORD: 'cinnamon trapeze lighthouse' };
      const failing = await bench.start({ COFFER_FAILPOINT: step });
      await own.device.pointTo(failing);
      expect(await own.device.run(rotate, environment)).toMatchObject({ code: 5 });
      expect(await failing.ended).toBeNull();
      await own.device.pointTo(bench.apis[0]!);
      expect(await own.inForce()).toBe(whose);
      expect(await own.device.run(rotate, environment)).toMatchObject({ code: 0, summary: { keyslots: 2 } });
      expect(await own.inForce()).toBe('next');
      own.requireDone(await (await own.freshDevice()).run(['unlock'], environment));
    },
  );

  it('before or after any of its requests leaves one key working, and the next run completes it', async () => {
    const started = performance.now();
    const throughWire = { url: `http://127.0.0.1:${wire.port}` };
    await signIn(throughWire);
    const before = wire.count;
    account.requireDone(await account.device.run(account.rotate));
    const messages = wire.count - before;
    await goOn();
    const all = Array.from({ length: messages }, (_, at) => at + 1);
    const figures = { messages, killed: 0, endedBefore: 0, formerInForce: 0, nextInForce: 0 };
    for (const [at, moment] of points(all)) {
      await signIn(throughWire);
      const { child, ended } = account.device.start(account.rotate);
      wire.arm(at, moment, () => child.kill('SIGKILL'));
      const { code } = await ended;
      wire.disarm();
      figures[code === null ? 'killed' : 'endedBefore']++;
      // Each rotation sends a message more or less: a point may lie behind the end of this one.
      if (code !== null) expect(code).toBe(0);
      figures[(await account.inForce()) === 'next' ? 'nextInForce' : 'formerInForce']++;
      await (code === 0 ? goOn() : complete());
    }
    expect(figures.killed).toBeGreaterThan(0);
    await requireSoundBooks(bench, bench.apis[0]!.url);
    recordProof({
      proof: 'rotation-kill-points',
      count: figures.killed,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After a SIGKILL of a real coffer process that rotates the backup key, before or after each of its messages to the ' +
        'vault, exactly one of the two keys restores the backup whole on a fresh device, the account has a proven keyslot of ' +
        'that key and none of another, and the same command completes the rotation.',
      figures,
    });
  });

  it.runIf(isLongRun())(
    'raced by backups of another device ends whole: one order or the other, and the loser says why',
    async () => {
      const own = await RotatingAccount.backUp(bench, folder, randomBytes(200_000));
      const other = await CofferDevice.signIn(bench, own.subject, join(own.root, 'other'));
      own.requireDone(await other.run(['unlock', '--key', own.former]));
      const backups = async (): Promise<readonly CofferRun[]> => {
        const runs: CofferRun[] = [];
        for (let count = 0; count < 3; count++) {
          runs.push(await other.run(['backup', own.source, '--store', 'vault:']));
        }
        return runs;
      };
      const [rotated, runs] = await Promise.all([own.device.run(own.rotate), backups()]);
      expect(rotated).toMatchObject({ code: 0 });
      for (const { code, error } of runs) {
        if (code === 0) continue;
        // The key was gone before the run began, or while it ran.
        const reasons = ['usage', 'key-rotated', 'wrong-key'];
        expect(reasons).toContain(error?.['code']);
      }
      expect(await own.inForce()).toBe('next');
    },
  );

  /** Every message in a long run; one that the seed chooses in an ordinary one, well before the end. */
  function points(all: readonly number[]): readonly (readonly [number, TripMoment])[] {
    if (isLongRun()) return all.flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]);
    const drawn = runSeedNumber('rotation message');
    return [[all[drawn % Math.floor(0.8 * all.length)]!, drawn % 3 === 0 ? 'before' : 'after']];
  }
});
