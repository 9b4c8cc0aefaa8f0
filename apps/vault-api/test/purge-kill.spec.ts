import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { proofSize, recordProof, runSeed } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chainOf,
  cloudNames,
  database,
  proveCopies,
  requireOneEnd,
  startPurgeBench,
  untilHashed,
  untilPurge,
  writeCloud,
  type PurgeBench,
} from './purge-bench';
import { RepositoryDevice } from './repository-device';
import { stretchTripWire, type TripWire } from './trip-wire';
import type { WorkerProcess } from './worker-process';

let bench: PurgeBench;
let wire: TripWire;
beforeAll(async () => {
  bench = await startPurgeBench();
  wire = await stretchTripWire(bench.server.port);
});
afterAll(async () => {
  await bench.stop();
  await wire.stop();
});

/** Numbers that look random and are the same in every run of one seed. */
function* numbers(name: string, below: number): Generator<number, never> {
  for (let index = 0; ; index++) {
    const block = createHash('sha256').update(`${runSeed()}\0${name}\0${index}`).digest();
    yield block.readUInt32BE() % below;
  }
}

const throughWire = (): string => bench.server.url.replace(`:${bench.server.port}/`, `:${wire.port}/`);

/** An account with copies that were hashed; those named `proven…` are in its backup. */
async function readyAccount(files: Readonly<Record<string, Uint8Array>>) {
  const device = bench.device();
  const folder = join(bench.home, 'cloud', device.subject);
  const hashes = await writeCloud(folder, files);
  const owner = await RepositoryDevice.claim(device);
  const worker = await bench.worker();
  const listed = await untilHashed(owner, hashes.size);
  await worker.kill('SIGKILL');
  await bench.forgetDeadWorkers();
  return { owner, folder, hashes, listed };
}

/** In no backup. */
const unproven = 'msgstore-2026-10-03.1.db';
const names = ['msgstore.db', 'msgstore-2026-10-01.1.db', 'msgstore-2026-10-02.1.db'];

const patience = { timeout: proofSize({ sample: 240_000, long: 7_200_000 }) };
/** Kill points that are tried: one account's purge after another until there were that many. */
const killPoints = proofSize({ sample: 4, long: 300 });

describe('a worker that is killed at every kind of moment (C02)', patience, () => {
  it('leaves a purge that the next one ends: each copy once, in one certificate, and only what was proven', async () => {
    const started = performance.now();
    const figures = { purges: 0, killedBeforeTheStatement: 0, killedAfterTheStatement: 0 };
    const [gaps, moments] = [numbers('gap', 80), numbers('moment', 2)];
    let kills = 0;
    for (; kills < killPoints; figures.purges++) kills += await purgeUnderKills(gaps, moments, figures);
    recordProof({
      proof: 'purge-kill-points',
      count: kills,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After SIGKILLs of the migration worker before or after its n-th statement to PostgreSQL nothing is lost or counted ' +
        'twice, the next worker ends the purge, each copy is deleted once and named by one certificate, and the copy that is ' +
        'in no backup outlives them all.',
      figures,
    });
  });

  /** The purge of one account, its workers killed until all that was proven is deleted. @returns the number of kills */
  async function purgeUnderKills(
    gaps: Generator<number, never>,
    moments: Generator<number, never>,
    figures: { killedBeforeTheStatement: number; killedAfterTheStatement: number },
  ): Promise<number> {
    const files = Object.fromEntries([...names, unproven].map((name) => [name, database(20_000)]));
    const { owner, folder, hashes, listed } = await readyAccount(files);
    // One is in no backup: it must outlive every worker.
    await proveCopies(
      owner,
      listed.filter(({ name }) => name !== unproven),
    );
    await owner.startPurge();
    let kills = 0;
    for (; kills < 40 && (await owner.purge()).counts.done.objects < 3; kills++) {
      const worker = await bench.worker({}, throughWire());
      const moment = moments.next().value === 0 ? 'before' : 'after';
      wire.arm(gaps.next().value + 1, moment, () => worker.signal('SIGKILL'));
      await worker.ended;
      figures[moment === 'before' ? 'killedBeforeTheStatement' : 'killedAfterTheStatement']++;
      await bench.forgetDeadWorkers();
      await requireNothingLost(owner, folder);
    }
    wire.disarm();
    const last = await bench.worker();
    await expect.poll(async () => (await owner.purge()).certificates.length, { timeout: 30_000 }).toBe(1);
    await last.kill('SIGTERM');
    expect(await cloudNames(folder)).toEqual([unproven]);
    await requireOneEnd(bench, owner, new Map([...hashes].filter(([name]) => name !== unproven)));
    return kills;
  }

  it('takes a file along that a worker had put aside when it died, in the same certificate', async () => {
    const files = Object.fromEntries(names.map((name) => [name, database(20_000)]));
    const { owner, folder, hashes, listed } = await readyAccount(files);
    await proveCopies(owner, listed);
    await owner.startPurge();
    await rename(join(folder, names[0]!), join(folder, `.${names[0]!}.coffer-delete-0123456789abcdef01234567`));
    const worker = await bench.worker();
    await expect.poll(async () => (await owner.purge()).certificates.length, { timeout: 60_000 }).toBe(1);
    await worker.kill('SIGTERM');
    expect(await cloudNames(folder)).toEqual([]);
    await requireOneEnd(bench, owner, hashes);
  });

  /** While it goes on: whatever the rows still count as there is there, and nothing is there that they call purged. */
  async function requireNothingLost(owner: RepositoryDevice, folder: string): Promise<void> {
    const [objects, there] = [await owner.objects(), await cloudNames(folder)];
    expect(there.some((name) => name === unproven)).toBe(true);
    const counted = await owner.purge();
    const sum = Object.values(counted.counts).reduce((total, { objects: count }) => total + count, 0);
    expect(sum).toBe(counted.found.objects);
    // A file that is put aside by a delete under way is still the plaintext, under another name.
    const gone = names.length + 1 - there.length;
    const mayBeGone = objects.filter(({ state }) => ['deleting', 'verifying-absence', 'purged'].includes(state)).length;
    expect(gone).toBeLessThanOrEqual(mayBeGone);
  }
});

/** Where the copies of a stopped purge end. */
const atRest = ['stopped', 'verifying-absence', 'purged'];

describe('a purge that was stopped while its worker lay dead', patience, () => {
  it('deletes nothing more, wherever the worker died', async () => {
    const gaps = numbers('stop-gap', 60);
    for (let round = 0; round < proofSize({ sample: 1, long: 3 }); round++) {
      const files = Object.fromEntries(names.map((name) => [name, database(5_000)]));
      const { owner, folder, listed } = await readyAccount(files);
      await proveCopies(owner, listed);
      await owner.startPurge();
      const worker = await bench.worker({}, throughWire());
      wire.arm(gaps.next().value + 1, 'after', () => worker.signal('SIGKILL'));
      await worker.ended;
      await owner.device.call('POST', '/v1/purge/stop');
      await bench.forgetDeadWorkers();
      const there = await cloudNames(folder);
      const next = await bench.worker();
      const goesOn = async (): Promise<readonly string[]> =>
        (await owner.objects()).map(({ state }) => state).filter((state) => !atRest.includes(state));
      await expect.poll(goesOn, { timeout: 30_000 }).toEqual([]);
      await pause(1_000);
      await next.kill('SIGKILL');
      await bench.forgetDeadWorkers();
      expect((await cloudNames(folder)).length).toBe(there.length);
    }
  });
});

describe('a worker that sleeps while another takes its account (C13)', patience, () => {
  it('is refused when it wakes up, and nothing is done twice', async () => {
    const files = Object.fromEntries(names.map((name) => [name, database(5_000)]));
    const { owner, folder, hashes, listed } = await readyAccount(files);
    await proveCopies(owner, listed);
    await owner.startPurge();
    const sleeper = await bench.worker({}, throughWire());
    await new Promise<void>((resolve) => {
      wire.arm(25, 'after', () => {
        sleeper.signal('SIGSTOP');
        resolve();
      });
    });
    await pause(1_500);
    await bench.forgetDeadWorkers();
    const awake = await bench.worker();
    await untilPurge(owner, 'finished', 40);
    const before = (await chainOf(owner)).length;
    sleeper.signal('SIGCONT');
    await pause(3_000);
    expect(await cloudNames(folder)).toEqual([]);
    await requireOneEnd(bench, owner, hashes);
    expect((await chainOf(owner)).length).toBe(before);
    await Promise.all([sleeper, awake].map((worker: WorkerProcess) => worker.kill('SIGKILL')));
  });
});
