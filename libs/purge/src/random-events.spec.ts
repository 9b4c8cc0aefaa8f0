import { proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Crash, hashOf, PurgeWorld } from '../test/purge-world';
import { checkConservation, CopyKind, holdsBackup, PurgeError, releaseObject, retryObject } from './index';

const hour = 3_600_000;
const day = 24 * hour;
const contents = ['one', 'two', 'three', '?bad'];

/** Things that happen around a worker, at any time. */
const events: Readonly<Record<string, (world: PurgeWorld, n: number) => void>> = {
  write: (world, n) => void world.write(`path${n % 2}`, contents[n % 4]!),
  writeVersion: (world, n) => void world.write('path0', contents[n % 4]!, `v${n % 3}`, CopyKind.oldVersion),
  layMarker: (world, n) => void world.write('path0', '', `marker${n % 2}`, CopyKind.deleteMarker),
  startUpload: (world) => void world.write('path1', '', 'upload', CopyKind.multipart),
  replicate: (world, n) => void world.write(`path${n % 2}`, 'one', 'replica', CopyKind.replica),
  removeCopy: (world, n) => void world.copies.splice(n % 5, 1),
  lockCopy: (world, n) => {
    const copy = world.copies[n % 3];
    if (copy !== undefined) copy.lockedUntilMs = world.clock.nowMs() + (n % 10) * day;
  },
  prove: (world, n) => world.prove(contents[Math.max(0, (n % 6) - 3)]!),
  start: (world, n) => world.start(n % 3 === 0 ? (n % 10) * 86_400 : null),
  stop: (world) => world.stop(),
  rotateKey: (world) => world.rotateKey(),
  keyslots: (world, n) => {
    world.standing.provenKeyslots = n % 2;
  },
  newStart: (world, n) => {
    world.standing.isNewStartPending = n % 3 === 0;
  },
  release: (world, n) => {
    const content = contents[n % 4]!;
    world.objects = world.objects.map((object) => {
      const isIt = object.sha256 !== null && Buffer.compare(object.sha256, hashOf(content)) === 0;
      const { sizeBytes, modifiedMs } = object.found;
      const release = {
        sha256: hashOf(content),
        sizeBytes,
        modifiedMs,
        ownerGeneration: world.standing.ownerGeneration,
      };
      return isIt ? { ...releaseObject(object, release), revision: object.revision + 1 } : object;
    });
  },
  quarantine: (world, n) => {
    const object = world.objects[n % 4];
    if (object === undefined || ['purged', 'verifying-absence', 'retained-elsewhere'].includes(object.state)) return;
    if (holdsBackup(object.found.kind)) world.report(object);
  },
};

/** Faults of the places around; these strike between steps. */
const faults: Readonly<Record<string, (world: PurgeWorld, n: number) => void>> = {
  loseCiphertext: (world, n) => void world.sealed.delete(`packs/${contents[n % 3]!}`),
  cutCiphertext: (world, n) => void world.sealed.set(`packs/${contents[n % 3]!}`, 'sea'),
  repository: (world, n) => {
    world.isRepositoryThere = n % 2 === 0;
  },
  provider: (world, n) => {
    world.trouble = ([undefined, undefined, 'unreachable', 'throttled', 'needs-auth', 'access-denied'] as const)[n % 6];
  },
  lag: (world, n) => {
    world.listLagMs = (n % 3) * 40_000;
  },
  hours: (world, n) => world.clock.advanceMs((n % 100) * hour),
  minutes: (world, n) => world.clock.advanceMs((n % 100) * 60_000),
};

/** How the worker fares. */
const works: Readonly<Record<string, (world: PurgeWorld, n: number) => Promise<void>>> = {
  steps: async (world, n) => {
    for (let count = 0; count < (n % 6) + 1; count++) await world.step();
  },
  goOn: async (world, n) => {
    await world.run(world.clock.nowMs() + (n % 5) * day);
  },
  crashBefore: (world, n) => disturbed(world, 'before', n, () => Promise.reject(new Crash('killed'))),
  crashAfter: (world, n) =>
    disturbed(world, 'after', n, () => {
      throw new Crash('killed');
    }),
  takeOver: (world, n) =>
    disturbed(world, 'before', n, async () => {
      await world.run(world.clock.nowMs() + (n % 3) * day);
    }),
  interrupt: (world, n) => disturbed(world, 'before', n, (call) => happen(world, call, n >> 4)),
  interruptDelete: async (world, n) => {
    world.before = (call) => {
      if (call === 'standing' && world.readings === 2) happen(world, call, n >> 4);
    };
    await survive(() => world.run(world.clock.nowMs() + (n % 10) * day));
    world.before = () => undefined;
  },
};

/** The rows are read a moment before the standing: what a device says of one object in between is not seen (docs/purge.md). */
function happen(world: PurgeWorld, call: string, n: number): void {
  const isUnseen = (name: string): boolean => name === 'release' || name === 'quarantine';
  const names = Object.keys(events).filter((name) => !isUnseen(name) || (call !== 'standing' && call !== 'find'));
  events[names[n % names.length]!]!(world, n >> 4);
}

/** Two steps, in which at the n-th call of a port something happens. */
async function disturbed(
  world: PurgeWorld,
  when: 'before' | 'after',
  n: number,
  what: (call: string) => Promise<void> | void,
): Promise<void> {
  let calls = 0;
  const hook = (call: string): Promise<void> | void => {
    if (calls++ !== n % 16) return;
    // Between the last reading and the delete itself nothing can be seen; everything else is fair.
    if (call === 'delete' && when === 'before') return;
    world[when] = () => undefined;
    return what(call);
  };
  world[when] = hook;
  await survive(async () => {
    await world.step();
    await world.step();
  });
  world[when] = () => undefined;
}

/** A worker may die, or be refused what it wants to write; the next one goes on. */
async function survive(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isRefused = error instanceof PurgeError && (error.code === 'fenced-out' || error.code === 'conflict');
    if (!isRefused && !(error instanceof Crash)) throw error;
  }
}

const commands = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...Object.keys(events)) },
      { weight: 3, arbitrary: fc.constantFrom('prove', 'start', 'goOn') },
      { weight: 2, arbitrary: fc.constantFrom(...Object.keys(faults)) },
      { weight: 6, arbitrary: fc.constantFrom(...Object.keys(works)) },
    ),
    fc.nat(1 << 16),
  ),
  { minLength: 5, maxLength: 60 },
);

async function obey(world: PurgeWorld, name: string, n: number): Promise<void> {
  events[name]?.(world, n);
  faults[name]?.(world, n);
  await works[name]?.(world, n);
}

/** Everything is as it should be from here on. */
function calm(world: PurgeWorld): void {
  world.trouble = undefined;
  world.isRepositoryThere = true;
  world.listLagMs = 0;
  Object.assign(world.standing, { provenKeyslots: 1, isNewStartPending: false, ownerKeyBoundAtMs: 0 });
  world.clock.advanceMs(day);
  for (const content of contents.slice(0, 3)) world.prove(content);
  for (const copy of world.copies) delete copy.lockedUntilMs;
  world.objects = world.objects.map((object) =>
    object.state === 'failed' ? { ...retryObject(object), revision: object.revision + 1 } : object,
  );
  world.start();
}

/** Histories that are tried. */
const histories = proofSize({ sample: 250, long: 10_000 });
const patience = { timeout: proofSize({ sample: 240_000, long: 7_200_000 }) };

describe('runPurgeStep under random events', patience, () => {
  it('never deletes without the four conditions, keeps every count, and comes to its end once all is calm', async () => {
    const started = performance.now();
    const figures = { events: 0, copiesFound: 0, purged: 0 };
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const world = await live(list);
        figures.events += list.length;
        figures.copiesFound += world.objects.length;
        figures.purged += world.objects.filter(({ state }) => state === 'purged').length;
      }),
      { numRuns: histories, seed: runSeedNumber('purge-histories') },
    );
    // Histories in which nothing was deleted would prove nothing.
    expect(figures.purged).toBeGreaterThan(histories);
    recordProof({
      proof: 'purge-histories',
      count: histories,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After every event, fault, crash and take-over of every history no copy was deleted without the four conditions and ' +
        'the counts add up; once all is calm, every copy that may go is gone and named by a certificate.',
      figures,
    });
  });
});

/** One history, asserting after each event, and then the calm after it. */
async function live(list: readonly (readonly [name: string, n: number])[]): Promise<PurgeWorld> {
  const world = new PurgeWorld();
  world.write('path0', 'one');
  world.prove('one');
  world.start();
  for (const [name, n] of list) {
    await obey(world, name, n);
    expect(world.wrongs).toEqual([]);
    checkConservation(world.objects);
  }
  calm(world);
  await world.run(world.clock.nowMs() + 40 * day);
  expect(world.wrongs).toEqual([]);
  const left = world.objects.filter(({ state }) => state !== 'purged');
  const mayStay = ['quarantined', 'retained-elsewhere', 'waiting-for-backup'];
  expect(left.filter(({ state }) => !mayStay.includes(state))).toEqual([]);
  for (const object of left.filter(({ state }) => state === 'waiting-for-backup')) {
    // Only markers and parts of a path that keeps a quarantined copy.
    expect(['delete-marker', 'multipart']).toContain(object.found.kind);
  }
  expect(world.objects.filter(({ state, certificateId }) => state === 'purged' && certificateId === null)).toEqual([]);
  // A replica is not listed any more once its original is gone; its row stays.
  const reachable = world.copies.filter(({ kind }) => kind !== CopyKind.replica);
  expect(reachable.length).toBe(left.filter(({ found }) => found.kind !== CopyKind.replica).length);
  return world;
}
