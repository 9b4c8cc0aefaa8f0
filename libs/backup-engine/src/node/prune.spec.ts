import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { objectPaths } from '@coffer/backup-format';
import { generateBackupKey, type BackupKey } from '@coffer/device-crypto';
import { fakeClock, seed, type FakeClock } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../../test/same-thread';
import { HookedStore } from '../../test/hooked-store';
import { ProcessMemory } from '../device-memory';
import { StoreRemover, type ObjectRemover } from '../prune/object-remover';
import { pruneRepository, type PruneOptions, type PruneReport } from '../prune/prune-repository';
import { NeedsReader } from '../prune/snapshot-needs';
import { currentEpoch } from '../put-sealed';
import { Repository } from '../repository';
import { rotateRepository } from '../rotation/rotate-repository';
import { verifySnapshot } from '../verify';
import { backUp } from './back-up';
import type { BackupReport } from '../backup/backup-options';
import { nodePlatform as platform } from './platform';
import { restoreSnapshot } from './restore';

const hourMs = 3_600_000;
const lastOne = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };
const one: PruneOptions = { policy: lastOne };

let root: string;
let source: string;
let store: HookedStore;
let clock: FakeClock;
let backupKey: BackupKey;
let repository: Repository;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-prune-'));
  source = join(root, 'source');
  mkdirSync(source);
  store = new HookedStore();
  clock = fakeClock();
  backupKey = generateBackupKey();
  repository = await Repository.create({ store, backupKey, platform, clock });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Another device, which has seen nothing. */
const device = (remover?: ObjectRemover, key = backupKey): Promise<Repository> =>
  Repository.open(
    {
      store,
      backupKey: key,
      platform,
      clock,
      memory: new ProcessMemory(),
      ...(remover === undefined ? {} : { remover }),
    },
    repository.id,
  );

/** Makes the source hold these files, each with 100,000 bytes that follow from its name, and nothing else. */
function holds(...names: readonly string[]): void {
  for (const name of readdirSync(source)) rmSync(join(source, name));
  for (const name of names) writeFileSync(join(source, name), seed(name, 100_000));
}

function backup(from = repository): Promise<BackupReport> {
  return backUp(from, [source], { startWorker, workers: 1, deviceName: 'phone' });
}

async function backupOf(...names: readonly string[]): Promise<string> {
  holds(...names);
  return (await backup()).snapshotIdHex;
}

const prune = (options: PruneOptions = one, from = repository): Promise<PruneReport> => pruneRepository(from, options);

async function listed(): Promise<readonly string[]> {
  return (await (await device()).listSnapshots()).snapshots.map(({ idHex }) => idHex);
}

/** Reads every listed snapshot whole, as a device that has seen nothing. */
async function requireSound(): Promise<readonly string[]> {
  const fresh = await device();
  const { snapshots, damaged } = await fresh.listSnapshots();
  expect(damaged).toEqual([]);
  for (const { idHex } of snapshots) {
    const { problems, brokenFiles } = await verifySnapshot(fresh, await fresh.openSnapshot(idHex));
    expect([problems, brokenFiles]).toEqual([[], []]);
  }
  return snapshots.map(({ idHex }) => idHex);
}

async function restored(idHex?: string): Promise<ReadonlyMap<string, string>> {
  const fresh = await device();
  const out = mkdtempSync(join(root, 'out-'));
  await restoreSnapshot(fresh, await fresh.openSnapshot(idHex), join(out, 'all'), { startWorker, workers: 1 });
  const folder = join(out, 'all/source');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

const contentOf = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name, Buffer.from(seed(name, 100_000)).toString('base64')]));

describe('pruneRepository', () => {
  it('deletes what no snapshot that stays needs: not at once, not before 24 hours, and then all of it', async () => {
    await backupOf('a', 'both');
    const second = await backupOf('b', 'both');
    const before = await store.keys();

    const marking = await prune();
    expect(marking).toMatchObject({ isWritten: true, deleted: 0 });
    // The first snapshot, which alone needs the first index too; its pack also holds what both need.
    expect(marking.plan?.newlyMarked.map(({ kind }) => kind)).toEqual(['snapshots']);
    clock.advanceMs(24 * hourMs - 1);
    expect(await prune()).toMatchObject({ isWritten: false, deleted: 0, plan: { nextDueMs: clock.nowMs() + 1 } });
    expect((await store.keys()).filter((key) => !/^(prune|heads)/.test(key))).toEqual(
      before.filter((key) => !key.startsWith('heads/')),
    );

    clock.advanceMs(1);
    expect(await prune()).toMatchObject({ isWritten: true, deleted: 1 });
    expect(await listed()).toEqual([second]);
    await requireSound();
    expect(await restored()).toEqual(contentOf('b', 'both'));
    expect(await prune()).toMatchObject({ isWritten: false, deleted: 0 });
  });

  it('deletes packs and indexes too, and backups afterwards look for nothing in them', async () => {
    await backupOf('a');
    await backupOf('b');
    const [packsOfBoth] = [await store.keys('packs/')];
    await prune();
    clock.advanceMs(25 * hourMs);
    const { deleted, plan } = await prune();
    expect(plan?.decided.map(({ kind }) => kind)).toEqual(['snapshots', 'packs']);
    expect(deleted).toBe(2);
    expect(await store.keys('packs/')).toHaveLength(packsOfBoth.length - 1);
    // What was pruned comes back: it is stored again, and the index that named the pack is no longer asked.
    const report = await backupOf('a', 'b');
    expect(await requireSound()).toContain(report);
    expect(await restored()).toEqual(contentOf('a', 'b'));
    await prune();
    clock.advanceMs(25 * hourMs);
    expect((await prune()).plan?.decided.map(({ kind }) => kind)).toEqual(['snapshots', 'indexes', 'indexes', 'prune']);
    expect(await restored()).toEqual(contentOf('a', 'b'));
  });

  it('reads what lies in two packs from the one that stays', async () => {
    const other = await device();
    holds('a', 'x');
    const theirs = join(root, 'theirs/source');
    mkdirSync(theirs, { recursive: true });
    for (const name of ['a', 'p']) writeFileSync(join(theirs, name), seed(name, 100_000));
    // Both store `a`, since none knows of the other; an index names the pack of `a` and `x` after that of `a` and `p`.
    const happened = store.before('packs/', async () => {
      await backUp(other, [theirs], { startWorker, workers: 1, deviceName: 'phone' });
    });
    await backup();
    expect(happened()).toBe(true);
    await backupOf('p');
    await prune();
    clock.advanceMs(25 * hourMs);
    expect((await prune()).plan?.decided.map(({ kind }) => kind)).toEqual([
      'snapshots',
      'snapshots',
      'snapshots',
      'packs',
    ]);
    const [only, ...more] = await store.keys('packs/');
    await backupOf('a', 'p');
    expect([await store.keys('packs/'), more]).toEqual([[only], []]);
    expect(await restored()).toEqual(contentOf('a', 'p'));
  });

  it('marks what interrupted runs left, without a policy, and keeps every snapshot', async () => {
    const first = await backupOf('a');
    holds('b');
    store.before('index/', () => Promise.reject(new TypeError('the device died')));
    await expect(backup()).rejects.toThrow('the device died');
    const marking = await prune({});
    expect(marking.plan?.newlyMarked.map(({ kind }) => kind)).toEqual(['packs']);
    clock.advanceMs(25 * hourMs);
    expect(await prune({})).toMatchObject({ deleted: 1 });
    expect(await requireSound()).toEqual([first]);
  });

  it('says what it would do and does nothing when it is a dry run, or when there is no backup', async () => {
    expect(await prune()).toMatchObject({ plan: undefined, isWritten: false });
    await backupOf('a');
    await backupOf('b');
    const before = await store.keys();
    const { plan, isWritten } = await prune({ ...one, isDryRun: true });
    expect([plan?.newlyMarked.length, plan?.retained.size, isWritten]).toEqual([2, 1, false]);
    expect(await store.keys()).toEqual(before);
  });

  it('keeps snapshots that are pinned', async () => {
    const first = await backupOf('a');
    await backupOf('b');
    class Pinning extends StoreRemover {
      override async pinnedSnapshots(): Promise<ReadonlySet<string>> {
        return new Set([first]);
      }
    }
    expect(await prune(one, await device(new Pinning(store)))).toMatchObject({ isWritten: false });
    expect(await restored(first)).toEqual(contentOf('a'));
  });

  it('needs to be told that it is the only writer where the store does not keep two apart', async () => {
    await backupOf('a');
    await backupOf('b');
    store.isExclusive = false;
    const before = await store.keys();
    await expect(prune()).rejects.toMatchObject({ code: 'only-writer-needed' });
    expect(await store.keys()).toEqual(before);
    expect(await prune({ ...one, isDryRun: true })).toMatchObject({ isWritten: false });
    expect(await prune({ ...one, isOnlyWriter: true })).toMatchObject({ isWritten: true });
  });

  it('goes on after it died at any step, and takes back nothing that was decided', async () => {
    await backupOf('a');
    await backupOf('b');
    const last = await backupOf('c');
    await prune();
    clock.advanceMs(25 * hourMs);
    for (const step of ['list-stored', 'head-replaced', 'deleting'] as const) {
      const dies = prune({
        ...one,
        onStep: (reached) => {
          if (reached === step) throw new TypeError(step);
        },
      });
      await expect(dies).rejects.toThrow(step);
      await requireSound();
    }
    // By now it is decided. A policy that would keep them comes too late, for another run may be deleting.
    expect(await listed()).toEqual([last]);
    await prune({ policy: { ...lastOne, last: 9 } });
    expect(await store.keys('snapshots/')).toEqual([objectPaths.snapshot(1, Buffer.from(last, 'hex'))]);
    expect(await store.keys('packs/')).toHaveLength(1);
    expect(await restored()).toEqual(contentOf('c'));
  });

  it('unmarks what another policy keeps while it was only marked', async () => {
    const first = await backupOf('a');
    await backupOf('b');
    await prune();
    clock.advanceMs(25 * hourMs);
    const { plan } = await prune({ policy: { ...lastOne, last: 2 } });
    expect([plan?.isChange, plan?.decided]).toEqual([true, []]);
    expect(await prune()).toMatchObject({ deleted: 0 });
    expect(await restored(first)).toEqual(contentOf('a'));
  });

  it('goes on under the next backup key after a rotation', async () => {
    await backupOf('a');
    await backupOf('b');
    await prune();
    const next = generateBackupKey();
    await rotateRepository(repository, next);
    clock.advanceMs(25 * hourMs);
    const rotated = await device(undefined, next);
    expect(await prune(one, rotated)).toMatchObject({ isWritten: true, deleted: 2 });
    clock.advanceMs(25 * hourMs);
    await prune(one, rotated);
    const { snapshots } = await rotated.listSnapshots();
    expect(snapshots.map(({ epoch }) => epoch)).toEqual([currentEpoch(rotated.access)]);
    expect((await verifySnapshot(rotated, await rotated.openSnapshot())).problems).toEqual([]);
  });

  it('makes no dated snapshot of one that lost its generation to a prune run, and keeps its packs although they were marked', async () => {
    await backupOf('a');
    await backupOf('b');
    holds('c');
    const other = await device();
    const happened = store.before('heads/', async () => {
      await prune(one, other);
    });
    const { snapshotIdHex } = await backup();
    expect(happened()).toBe(true);
    expect(await store.keys('packs/')).toHaveLength(3);
    // Written twice: the first one never became current.
    expect(await store.keys('snapshots/')).toHaveLength(4);
    expect(await listed()).toHaveLength(3);
    expect((await listed())[0]).toBe(snapshotIdHex);
  });

  it('lets backups go on where its list is lost, stops by itself, and says so', async () => {
    await backupOf('a');
    await backupOf('b');
    await prune();
    const [list] = await store.keys('prune/');
    await store.delete(list!);
    await expect(prune()).rejects.toMatchObject({ code: 'missing-object' });
    // Unless it is told to begin anew: then everything is marked again, and waits again.
    clock.advanceMs(25 * hourMs);
    const anew = await prune({ ...one, isAnew: true, isDryRun: true });
    expect(anew.plan?.newlyMarked.map(({ kind }) => kind)).toEqual(['snapshots', 'packs']);
    expect(anew.plan?.decided).toEqual([]);
    holds('a', 'b', 'c');
    const warnings: string[] = [];
    await backUp(repository, [source], {
      ...{ startWorker, workers: 1, deviceName: 'phone' },
      onEvent: (event) => {
        if (event.type === 'warning') warnings.push(event.code);
      },
    });
    expect(warnings).toEqual(['prune-list-lost']);
    await requireSound();
    expect(await prune({ ...one, isAnew: true })).toMatchObject({ isWritten: true, deleted: 0 });
    clock.advanceMs(25 * hourMs);
    await prune();
    expect(await requireSound()).toHaveLength(1);
    expect(await restored()).toEqual(contentOf('a', 'b', 'c'));
  });
});

describe('pruneRepository where little of a pack is needed', () => {
  const repacking: PruneOptions = { ...one, repackFromBytes: 1 };
  const many = ['a', 'b', 'c', 'd', 'e'];

  it('packs that anew, and deletes the rest a day later', async () => {
    await backupOf(...many);
    await backupOf('a', 'new');
    const former = await store.keys('packs/');
    expect(await prune()).toMatchObject({ repacked: undefined });
    const { repacked: planned, isWritten } = await prune({ ...repacking, isDryRun: true });
    expect(isWritten).toBe(false);
    const { repacked } = await prune(repacking);
    expect(repacked).toMatchObject({ packs: 1 });
    expect(planned).toMatchObject({ packs: 1, packBytes: repacked!.packBytes });
    expect(planned!.storedBytes).toBeGreaterThan(0);
    expect(planned!.storedBytes).toBeLessThan(repacked!.storedBytes);
    expect(repacked!.packBytes).toBeGreaterThan(500_000);
    expect(repacked!.storedBytes).toBeLessThan(150_000);
    await requireSound();
    expect(await restored()).toEqual(contentOf('a', 'new'));

    // Nothing goes before its day, and what was packed anew is not packed anew again.
    expect(await store.keys('packs/')).toHaveLength(former.length + 1);
    clock.advanceMs(25 * hourMs);
    const { plan, repacked: again } = await prune(repacking);
    expect(again).toBeUndefined();
    expect(plan?.decided.map(({ kind }) => kind)).toEqual(['snapshots', 'snapshots', 'packs', 'prune']);
    expect(await store.keys('packs/')).toHaveLength(2);
    expect(await requireSound()).toHaveLength(1);
    expect(await restored()).toEqual(contentOf('a', 'new'));
    // A backup afterwards builds on the new pack, and stores what went.
    await backupOf('a', 'new', 'b');
    expect(await store.keys('packs/')).toHaveLength(3);
    expect(await restored()).toEqual(contentOf('a', 'b', 'new'));
  });

  it('leaves a pack alone that another snapshot needs which stays, and counts what took the place of another once', async () => {
    const first = await backupOf(...many);
    const second = await backupOf('a', 'new');
    const two: PruneOptions = { policy: { ...lastOne, last: 2 }, repackFromBytes: 1 };
    expect(await prune(two)).toMatchObject({ repacked: undefined, isWritten: false });
    const third = await backupOf('a');
    expect(await prune(two)).toMatchObject({ repacked: { packs: 1 } });
    const { plan } = await prune({ ...two, isDryRun: true });
    const stay = [...(plan?.retained.keys() ?? [])].map(({ idHex }) => idHex);
    expect(stay).toHaveLength(2);
    expect(stay).toContain(second);
    expect(plan?.leaving.map(({ idHex }) => idHex)).toEqual([third, first]);
  });

  it('takes the segments of conversations along', async () => {
    for (const name of readdirSync(source)) rmSync(join(source, name));
    const chat = Array.from(
      { length: 1200 },
      (_, at) => `12/31/23, 10:${String(at % 60).padStart(2, '0')} - Anna: ${at}`,
    );
    writeFileSync(join(source, 'WhatsApp Chat with Anna.txt'), chat.join('\n'));
    writeFileSync(join(source, 'large'), seed('large', 900_000));
    await backup();
    const messages = async (): Promise<readonly unknown[]> => {
      const fresh = await device();
      const [conversation] = await (await fresh.openSnapshot()).conversations();
      return fresh.readMessages(conversation!, 0, conversation!.messages);
    };
    const before = await messages();
    expect(before).toHaveLength(1200);
    rmSync(join(source, 'large'));
    await backup();
    expect(await prune(repacking)).toMatchObject({ repacked: { packs: 1 } });
    clock.advanceMs(25 * hourMs);
    expect((await prune(repacking)).plan?.decided.map(({ kind }) => kind)).toContain('packs');
    expect(await messages()).toEqual(before);
    await requireSound();
  });

  it('goes on after it died in the middle of it', async () => {
    for (const step of ['pack-stored', 'repacked'] as const) {
      await backupOf(...many.map((name) => step + name));
      await backupOf(`${step}a`, 'new');
      const dies = prune({
        ...repacking,
        onStep: (reached) => {
          if (reached === step) throw new TypeError(step);
        },
      });
      await expect(dies).rejects.toThrow(step);
      await requireSound();
      for (let run = 0; run < 3; run++) {
        await prune(repacking);
        clock.advanceMs(25 * hourMs);
      }
      expect(await requireSound()).toHaveLength(1);
      expect(await store.keys('packs/')).toHaveLength(2);
      expect(await restored()).toEqual(contentOf(`${step}a`, 'new'));
    }
  });

  it('C18: gives way to a backup that finishes meanwhile, and takes nothing from one that builds on such a pack', async () => {
    await backupOf(...many);
    await backupOf('a');
    holds('a', 'b', 'theirs');
    const other = await device();
    const finishes = store.before('heads/', async () => {
      await backup(other);
    });
    expect(await prune(repacking)).toMatchObject({ repacked: undefined });
    expect(finishes()).toBe(true);
    await requireSound();
    expect(await restored()).toEqual(contentOf('a', 'b', 'theirs'));

    await backupOf('a', 'new');
    holds('a', 'b', 'c', 'more');
    const prunes = store.before('heads/', async () => {
      const third = await device();
      for (let run = 0; run < 2; run++) {
        await prune(repacking, third);
        clock.advanceMs(25 * hourMs);
      }
    });
    await backup();
    expect(prunes()).toBe(true);
    await requireSound();
    expect(await restored()).toEqual(contentOf('a', 'b', 'c', 'more'));
  });
});

describe('pruneRepository beside a running backup', () => {
  /** Prunes as another device, waits a day, and prunes again: all that prune may ever do. */
  async function pruneTwice(): Promise<void> {
    const other = await device();
    await prune(one, other);
    clock.advanceMs(25 * hourMs);
    await prune(one, other);
  }

  it.each(['packs/', 'index/', 'heads/'])(
    'C18: deletes nothing that a backup needs which stores %s just then, whether it marked that before or not',
    async (prefix) => {
      await backupOf('a');
      await backupOf('b');
      // `a` is in the store and no longer needed: the backup builds on its pack, and prune marks and deletes it.
      holds('a', 'b', 'new');
      const happened = store.before(prefix, pruneTwice);
      const warnings: string[] = [];
      await backUp(repository, [source], {
        ...{ startWorker, workers: 1, deviceName: 'phone' },
        onEvent: (event) => {
          if (event.type === 'warning') warnings.push(event.code);
        },
      });
      expect(happened()).toBe(true);
      expect(warnings).toEqual(['pruned-meanwhile']);
      await requireSound();
      expect(await restored()).toEqual(contentOf('a', 'b', 'new'));
      await pruneTwice();
      await pruneTwice();
      expect(await restored()).toEqual(contentOf('a', 'b', 'new'));
    },
  );

  it('C18: stores again what it builds on where that was marked only', async () => {
    await backupOf('a');
    await backupOf('b');
    const [first] = await store.keys('snapshots/');
    holds('a', 'new');
    const happened = store.before('snapshots/', async () => {
      await prune(one, await device());
    });
    const packs = await store.keys('packs/');
    await backup();
    expect(happened()).toBe(true);
    // What the first attempt stored, and what the second one did.
    expect(await store.keys('packs/')).toHaveLength(packs.length + 2);
    expect(await store.keys('snapshots/')).toContain(first);
    await pruneTwice();
    expect(await requireSound()).toHaveLength(1);
    expect(await restored()).toEqual(contentOf('a', 'new'));
  });

  it('C18: does not delete what it was about to when a backup finishes first', async () => {
    await backupOf('a');
    await backupOf('b');
    await prune();
    clock.advanceMs(25 * hourMs);
    const other = await device();
    holds('a', 'b');
    const happened = store.before('heads/', async () => {
      await backup(other);
    });
    await prune();
    expect(happened()).toBe(true);
    await requireSound();
    expect(await restored()).toEqual(contentOf('a', 'b'));
  });

  it('C18: begins again where another device’s backup makes it uncertain whether what it builds on stays', async () => {
    const theirs = join(root, 'theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'theirs'), seed('theirs', 100_000));
    const other = await device();
    await backupOf('a');
    // Marked as nothing named it yet. The backup that stored it needs it, so it stays for as long as that is the newest one.
    holds('new');
    const isMarked = store.after('packs/', async () => {
      await prune(one, other);
    });
    await backup();
    expect(isMarked()).toBe(true);
    holds('new', 'more');
    const happened = store.before('heads/', async () => {
      await backUp(other, [theirs], { startWorker, workers: 1, deviceName: 'laptop' });
    });
    const warnings: string[] = [];
    const { snapshotIdHex } = await backUp(repository, [source], {
      ...{ startWorker, workers: 1, deviceName: 'phone' },
      onEvent: (event) => {
        if (event.type === 'warning') warnings.push(event.code);
      },
    });
    expect(happened()).toBe(true);
    expect(warnings).toEqual(['pruned-meanwhile']);
    await pruneTwice();
    await pruneTwice();
    await requireSound();
    expect(await restored(snapshotIdHex)).toEqual(contentOf('new', 'more'));
  });

  it('C17: of two devices that back up at once none loses anything to prune', async () => {
    await backupOf('a');
    await backupOf('b');
    const other = await device();
    const theirs = join(root, 'theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'a'), seed('a', 100_000));
    writeFileSync(join(theirs, 'theirs'), seed('theirs', 100_000));
    holds('a', 'mine');
    let second: BackupReport | undefined;
    const happened = store.before('heads/', async () => {
      const nested = store.before('heads/', async () => {
        await prune(one, await device());
      });
      second = await backUp(other, [theirs], { startWorker, workers: 1, deviceName: 'laptop' });
      expect(nested()).toBe(true);
    });
    const first = await backup();
    expect(happened()).toBe(true);
    await pruneTwice();
    await pruneTwice();
    expect(new Set(await requireSound())).toEqual(new Set([first.snapshotIdHex, second?.snapshotIdHex]));
    expect(await restored(first.snapshotIdHex)).toEqual(contentOf('a', 'mine'));
  });
});

describe('pruneRepository where something is wrong', () => {
  let history: readonly string[];
  beforeEach(async () => {
    history = [await backupOf('a'), await backupOf('b'), await backupOf('c')];
    await prune();
    clock.advanceMs(25 * hourMs);
  });
  const pathOf = (idHex: string): string => objectPaths.snapshot(1, Buffer.from(idHex, 'hex'));

  async function expectNothingDeleted(code: string): Promise<void> {
    const before = await store.keys();
    for (const options of [one, {}]) await expect(prune(options, await device())).rejects.toMatchObject({ code });
    expect(await store.keys()).toEqual(before);
  }

  it('C19: deletes nothing where a snapshot is damaged or missing, whichever it is', async () => {
    for (const path of history.map(pathOf)) {
      const bytes = await store.get(path);
      // The middle of a small snapshot lies in its first piece: not even its summary can be read.
      await store.damage(path);
      await expectNothingDeleted('damaged');
      await store.delete(path);
      await expectNothingDeleted('missing-object');
      await store.put(path, bytes);
    }
    expect(await prune()).toMatchObject({ isWritten: true });
  });

  it.each(['damaged', 'missing'])(
    'goes on where the snapshot that is %s is given up, and keeps what the others need',
    async (how) => {
      const [first, middle, last] = history as readonly [string, string, string];
      const path = pathOf(middle);
      await (how === 'damaged' ? store.damage(path) : store.delete(path));
      const all = { policy: { ...lastOne, last: 9 } };
      await expect(prune({ ...all, givenUp: new Set([first]) })).rejects.toMatchObject({ fields: { path } });
      // What only that one needed was marked a day ago.
      const { plan } = await prune({ ...all, givenUp: new Set([middle]) });
      expect(plan?.decided.map(({ kind }) => kind)).toEqual(how === 'damaged' ? ['snapshots', 'packs'] : ['packs']);
      expect(await requireSound()).toEqual([last, first]);
      expect(await restored(first)).toEqual(contentOf('a'));
      // It is known as gone from now on.
      expect(await prune(all)).toMatchObject({ isWritten: false });
    },
  );

  it('C19: knows a snapshot as missing also where those after it were pruned, and one made since', async () => {
    await prune();
    const first = await backupOf('d');
    clock.advanceMs(25 * hourMs);
    await backupOf('e');
    const last = await backupOf('f');
    const daily = { policy: { ...lastOne, daily: 2 } };
    await prune(daily);
    clock.advanceMs(25 * hourMs);
    await prune(daily);
    // What followed the first one is gone, so that no snapshot names it any more.
    expect(await listed()).toEqual([last, first]);
    for (const idHex of [first, last]) {
      const path = pathOf(idHex);
      const bytes = await store.get(path);
      await store.delete(path);
      await expectNothingDeleted('missing-object');
      await store.put(path, bytes);
    }
    const since = pathOf(await backupOf('g'));
    await backupOf('h');
    await store.delete(since);
    await expectNothingDeleted('missing-object');
  });

  it('C19: deletes nothing where an index or a pack that is needed is missing or damaged', async () => {
    const { place, idHex } = await repository.openSnapshot();
    const { paths } = await new NeedsReader(repository.access).of({ epoch: place.epoch, idHex });
    const needed = [...paths].filter((path) => /^(index|packs)/.test(path));
    expect(needed).toHaveLength(4);
    for (const path of needed) {
      const bytes = await store.get(path);
      await store.delete(path);
      await expectNothingDeleted('missing-object');
      await store.put(path, bytes.subarray(0, -1));
      await expectNothingDeleted('damaged');
      await store.delete(path);
      await store.put(path, bytes);
    }
  });
});
