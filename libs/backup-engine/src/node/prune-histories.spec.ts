import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { fakeClock, isLongRun, proofMs, recordProof, repeatedCase, runSeed, seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { HookedStore } from '../../test/hooked-store';
import { newContent, type ContentKind } from '../../test/history-files';
import { workerInThisThread as startWorker } from '../../test/same-thread';
import { ProcessMemory } from '../device-memory';
import { pruneRepository, type PruneOptions, type PruneStep } from '../prune/prune-repository';
import { OpenedSnapshot } from '../opened-snapshot';
import { Repository } from '../repository';
import { placeOf } from '../sealed-objects';
import { openSummary } from '../snapshots';
import { verifySnapshot } from '../verify';
import { backUp } from './back-up';
import { FileCacheInFile } from './file-cache';
import { nodePlatform as platform } from './platform';
import { restoreSnapshot } from './restore';

const stepsEach = 30;
const hourMs = 3_600_000;
const waitMs = 24 * hourMs;

/** Choices that follow from the run's seed. */
class Choices {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(name: string) {
    this.#bytes = seed(`prune-histories ${runSeed()} ${name}`, 4096);
  }

  /** 0 to `most`, without it. */
  below(most: number): number {
    return this.#bytes[this.#at++ % this.#bytes.length]! % most;
  }

  of<T>(...from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

interface Device {
  readonly name: string;
  readonly source: string;
  readonly repository: Repository;
  readonly cache: FileCacheInFile;
  /** Messages of each file that is a chat history. */
  readonly chats: Map<string, number>;
}

interface KnownSnapshot {
  readonly device: string;
  /** SHA-256 of each file. */
  readonly content: ReadonlyMap<string, string>;
  /** Of the conversations in its files. */
  readonly messages: number;
  /** Since when a prune run has had it on its list; undefined while none has. */
  leavingSinceMs: number | undefined;
  /** Whether prune has put another one in its place, whose packs are new. */
  isReplaced: boolean;
}

/** Two devices, one store, a clock, and beside them a model that knows what each snapshot holds and which may be gone. */
class History {
  readonly clock = fakeClock();
  readonly store = new HookedStore();
  readonly key = generateBackupKey();
  readonly snapshots = new Map<string, KnownSnapshot>();
  readonly figures = { backups: 0, prunes: 0, deaths: 0, raced: 0, restores: 0, deleted: 0, repacked: 0 };
  readonly #root = mkdtempSync(join(tmpdir(), 'coffer-histories-'));
  readonly #devices: Device[] = [];
  readonly #log: string[] = [];
  /** A snapshot in whose place there is another one, until its id is known. */
  #awaited: string | undefined;

  /** @param isHeavy - whether files have megabytes now and then, and chats thousands of messages */
  constructor(
    private readonly choices: Choices,
    private readonly isHeavy: boolean,
  ) {}

  async start(): Promise<void> {
    const { store, key: backupKey, clock } = this;
    const { id } = await Repository.create({ store, backupKey, platform, clock });
    for (const name of ['phone', 'laptop']) {
      const source = join(this.#root, name, 'source');
      mkdirSync(source, { recursive: true });
      writeFileSync(join(source, 'first'), name);
      const cache = new FileCacheInFile(join(this.#root, name, 'cache'));
      this.#devices.push({ name, source, cache, chats: new Map(), repository: await this.open(id) });
    }
  }

  end(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  open(id: Uint8Array): Promise<Repository> {
    const { store, key: backupKey, clock } = this;
    return Repository.open({ store, backupKey, platform, clock, memory: new ProcessMemory() }, id);
  }

  get told(): string {
    return this.#log.join(', ');
  }

  /** @returns whether anything was stored or deleted */
  async step(): Promise<boolean> {
    const { choices } = this;
    const before = this.#acts();
    await choices.of(
      () => this.edit(),
      () => this.edit(),
      () => this.backup(),
      () => this.backup(),
      () => this.racedBackup(),
      () => this.racedBackup(),
      () => this.racedBackup(),
      () => this.prune(),
      () => this.prune(),
      () => this.prune(),
      () => this.dyingPrune(),
      () => this.dyingBackup(),
      () => this.restore(),
      () => this.wait(),
      () => this.wait(),
    )();
    return this.#acts() > before;
  }

  #acts(): number {
    const { backups, prunes, deaths } = this.figures;
    return backups + prunes + deaths;
  }

  /** Writes, changes or removes a file; few contents, so that what was removed comes back and is stored already. */
  async edit(): Promise<void> {
    const { source, name, chats } = this.choices.of(...this.#devices);
    const file = this.choices.of('a', 'b', 'c', 'd');
    const number = this.choices.below(4);
    const kind = this.choices.of<ContentKind>('small', 'small', 'chats', ...this.#large());
    this.#log.push(`${name} edits ${file} ${kind} ${number}`);
    chats.delete(file);
    if (number === 0) return rmSync(join(source, file), { force: true });
    const { bytes, messages } = newContent(kind, number);
    writeFileSync(join(source, file), bytes);
    if (messages > 0) chats.set(file, messages);
  }

  #large(): readonly ContentKind[] {
    return this.isHeavy ? ['long chats', 'large', 'database'] : [];
  }

  async backup(device = this.choices.of(...this.#devices)): Promise<void> {
    this.#log.push(`${device.name} backs up`);
    const held = heldBy(device);
    // No device makes two in one millisecond.
    this.clock.advanceMs(1);
    const { snapshotIdHex } = await backUp(device.repository, [device.source], {
      ...{ startWorker, workers: 1, deviceName: device.name, cache: device.cache },
      isRescan: this.choices.below(2) === 0,
    });
    this.snapshots.set(snapshotIdHex, { ...held, leavingSinceMs: undefined, isReplaced: false });
    this.#log.push(`{${snapshotIdHex.slice(0, 8)}}`);
    this.figures.backups += 1;
  }

  /** A backup during which others prune, back up, and days go by. */
  async racedBackup(): Promise<void> {
    const [mine, other] = this.choices.of<readonly [Device, Device]>(
      [this.#devices[0]!, this.#devices[1]!],
      [this.#devices[1]!, this.#devices[0]!],
    );
    const prefix = this.choices.of('packs/', 'index/', 'snapshots/', 'heads/');
    const acts = Array.from({ length: 1 + this.choices.below(3) }, () =>
      this.choices.of(
        () => this.prune(other),
        () => this.pruneForGood(other),
        () => this.wait(),
        () => this.backup(other),
      ),
    );
    this.#log.push(`${mine.name} is at ${prefix} and meanwhile [`);
    const happened = this.store.before(prefix, async () => {
      for (const act of acts) await act();
      this.#log.push(']');
    });
    await this.backup(mine);
    if (happened()) this.figures.raced += 1;
  }

  async prune(device = this.choices.of(...this.#devices), more: PruneOptions = {}): Promise<void> {
    const last = this.choices.of(0, 1, 1, 1, 2, 3);
    this.#log.push(`${device.name} prunes ${last}`);
    const policy = { last, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' };
    // What the policy means, said anew: the newest of each device stay, and the newest of all.
    const dated = (await this.#listed()).filter((idHex) => !this.#known(idHex).isReplaced);
    const stays = new Set(dated.slice(0, 1));
    for (const { name } of this.#devices) {
      const own = dated.filter((idHex) => this.#known(idHex).device === name);
      for (const idHex of last === 0 ? own : own.slice(0, last)) stays.add(idHex);
    }
    for (const idHex of dated) {
      const known = this.#known(idHex);
      if (!stays.has(idHex)) known.leavingSinceMs ??= this.clock.nowMs();
      // One that dies may not have come to take a mark back.
      else if (more.onStep === undefined) known.leavingSinceMs = undefined;
    }
    // Little is worth being packed anew here, so that it happens.
    const rules = { ...(last === 0 ? {} : { policy }), repackFromBytes: this.choices.of(1, 1, 5000) };
    const onStep = (reached: PruneStep): void => {
      if (reached === 'repacked') this.#replaceNewest(dated[0]!);
      more.onStep?.(reached);
    };
    const report = await pruneRepository(device.repository, { ...rules, ...more, onStep });
    this.figures.prunes += 1;
    this.figures.deleted += report.deleted;
    this.#log.push(`{deleted ${report.deleted} at ${this.clock.nowMs()}}`);
  }

  /** The newest snapshot has another one in its place by now, whose id is learnt from the store. */
  #replaceNewest(idHex: string): void {
    this.#awaited = idHex;
    // from now on, whenever its successor's id is learnt
    this.#known(idHex).leavingSinceMs ??= this.clock.nowMs();
    this.#log.push(`{${idHex.slice(0, 8)} is replaced}`);
    this.figures.repacked += 1;
  }

  #adopt(idHex: string): void {
    const former = this.snapshots.get(this.#awaited ?? '');
    if (former === undefined || this.snapshots.has(idHex)) return;
    this.#log.push(`{by ${idHex.slice(0, 8)}}`);
    this.snapshots.set(idHex, { ...former, leavingSinceMs: undefined });
    former.isReplaced = true;
    this.#awaited = undefined;
  }

  /** All that prune can do beside one run of another device. */
  async pruneForGood(device: Device): Promise<void> {
    await this.prune(device);
    await this.wait();
    await this.prune(device);
  }

  async dyingPrune(): Promise<void> {
    const step = this.choices.of<PruneStep>('pack-stored', 'repacked', 'list-stored', 'head-replaced', 'deleting');
    this.#log.push(`at ${step} dies:`);
    try {
      await this.prune(undefined, {
        onStep: (reached) => {
          if (reached === step) throw new TypeError('the device died');
        },
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.figures.deaths += 1;
    }
  }

  /** A backup that ends at some object of its own, stored or not: its head too, and then the snapshot is current. */
  async dyingBackup(): Promise<void> {
    const device = this.choices.of(...this.#devices);
    const prefix = this.choices.of('packs/', 'index/', 'snapshots/', 'heads/');
    // a snapshot that prune put in the place of another has its name before this one can be taken for it
    await this.#listed();
    const held = heldBy(device);
    const when = this.choices.of<'before' | 'after'>('before', 'after');
    const happened = this.store[when](prefix, async () => {
      throw new TypeError('the device died');
    });
    this.#log.push(`${when} ${prefix} dies:`);
    try {
      await this.backup(device);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!happened()) return;
    this.figures.deaths += 1;
    for (const idHex of await this.#listed()) {
      if (this.snapshots.has(idHex)) continue;
      expect([when, prefix], `${idHex} has no head: ${this.told}`).toEqual(['after', 'heads/']);
      this.snapshots.set(idHex, { ...held, leavingSinceMs: undefined, isReplaced: false });
    }
  }

  /** Restores any of what is listed. */
  async restore(): Promise<void> {
    const listed = await this.#listed();
    if (listed.length === 0) return;
    const idHex = this.choices.of(...listed);
    this.#log.push(`restores ${idHex.slice(0, 8)}`);
    await this.#requireContent(this.choices.of(...this.#devices).repository, idHex);
    this.figures.restores += 1;
  }

  async #requireContent(repository: Repository, idHex: string): Promise<void> {
    const out = mkdtempSync(join(this.#root, 'out-'));
    const options = { startWorker, workers: 1 };
    await restoreSnapshot(repository, await repository.openSnapshot(idHex), join(out, 'all'), options);
    expect(readFolder(join(out, 'all/source')), this.told).toEqual(this.#known(idHex).content);
    rmSync(out, { recursive: true });
  }

  async wait(): Promise<void> {
    const hours = this.choices.of(1, 13, 25, 25, 49);
    this.#log.push(`${hours} h`);
    this.clock.advanceMs(hours * hourMs);
  }

  /** Reads everything that is listed; what is not must have been let go, long enough ago. */
  async check(): Promise<void> {
    const fresh = await this.open(this.#devices[0]!.repository.id);
    const { snapshots, damaged } = await fresh.listSnapshots();
    expect(damaged, this.told).toEqual([]);
    const there = new Set(snapshots.map(({ idHex }) => idHex));
    for (const { idHex } of snapshots) this.#adopt(idHex);
    for (const { idHex, epoch } of snapshots) {
      const opened = new OpenedSnapshot(await openSummary(fresh.access, placeOf('snapshot', epoch, idHex)));
      const { problems, brokenFiles, messages } = await verifySnapshot(fresh, opened);
      expect([problems, brokenFiles], this.told).toEqual([[], []]);
      const expected = this.#known(idHex).messages;
      expect([messages, opened.summary.counts.messages], `${idHex}: ${this.told}`).toEqual([expected, expected]);
    }
    for (const [idHex, { leavingSinceMs }] of this.snapshots) {
      if (there.has(idHex)) continue;
      expect(leavingSinceMs, `${idHex} is gone: ${this.told}`).toBeLessThanOrEqual(this.clock.nowMs() - waitMs);
      this.snapshots.delete(idHex);
    }
  }

  /** Restores everything that is listed, and after that lets all go that is not needed: nothing else may be left. */
  async checkContent(): Promise<void> {
    const { repository } = this.#devices[0]!;
    for (const idHex of await this.#listed()) await this.#requireContent(repository, idHex);
    for (let run = 0; run < 3; run++) {
      this.figures.deleted += (await pruneRepository(repository)).deleted;
      this.clock.advanceMs(waitMs);
    }
    const { plan } = await pruneRepository(repository, { isDryRun: true });
    const left = [...(plan?.newlyMarked ?? []), ...(plan?.waiting ?? []), ...(plan?.decided ?? [])];
    expect(
      left.filter(({ kind }) => kind !== 'prune'),
      this.told,
    ).toEqual([]);
    await this.check();
  }

  async #listed(): Promise<readonly string[]> {
    const { snapshots } = await this.#devices[0]!.repository.listSnapshots();
    for (const { idHex } of snapshots) this.#adopt(idHex);
    return snapshots.map(({ idHex }) => idHex);
  }

  #known(idHex: string): KnownSnapshot {
    const known = this.snapshots.get(idHex);
    expect(known, `${idHex} never became current: ${this.told}`).toBeDefined();
    return known!;
  }
}

function heldBy({ name, source, chats }: Device): Pick<KnownSnapshot, 'device' | 'content' | 'messages'> {
  const messages = [...chats.values()].reduce((sum, each) => sum + each, 0);
  return { device: name, content: readFolder(source), messages };
}

function readFolder(folder: string): ReadonlyMap<string, string> {
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return new Map(readdirSync(folder).map((name) => [name, hash(name)]));
}

/** Those of a run of two by their number; in a long run one of four. */
const isHeavy = (number: number): boolean => isLongRun() && number % 4 === 3;

async function play(number: number): Promise<History['figures']> {
  const history = new History(new Choices(String(number)), isHeavy(number));
  await history.start();
  try {
    for (let step = 0; step < stepsEach; step++) {
      if (await history.step()) await history.check();
    }
    await history.checkContent();
    return history.figures;
  } catch (cause) {
    const again = `COFFER_SEED=${runSeed()} COFFER_CASE=${number}${isLongRun() ? ' COFFER_LONG=1' : ''}`;
    throw new Error(`history ${number} (${again} repeats it alone): ${history.told}`, { cause });
  } finally {
    history.end();
  }
}

describe('histories of two devices that back up and prune', () => {
  const mostMs = proofMs({ sample: 0, long: hourMs });

  it(
    `lose nothing that a policy keeps, and leave nothing behind, in random ones`,
    { timeout: 300_000 + 2 * mostMs },
    async () => {
      const started = performance.now();
      const total = { backups: 0, prunes: 0, deaths: 0, raced: 0, restores: 0, deleted: 0, repacked: 0 };
      const first = repeatedCase() ?? 0;
      const isMore = (number: number): boolean =>
        repeatedCase() === undefined ? number < 2 || performance.now() - started < mostMs : number === first;
      let count = 0;
      for (let number = first; isMore(number); number++, count++) {
        const figures = await play(number);
        for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += figures[name];
      }
      expect(total.deleted + total.deaths).toBeGreaterThan(0);
      // of a few histories one can be without any
      if (count >= 20) expect(Math.min(total.raced, total.deaths, total.restores)).toBeGreaterThan(count / 2);
      if (repeatedCase() !== undefined) return;
      recordProof({
        proof: 'prune-histories',
        count,
        seconds: (performance.now() - started) / 1000,
        asserted:
          `In random histories of ${stepsEach} steps (edits, backups, backups during which another device prunes and days go by, ` +
          'prunes that pack anew what is left of packs, prunes and backups that die, restores; in one of four with files of megabytes, ' +
          'databases and long chats) every listed snapshot reads whole after each step, with each message, none is gone that no policy ' +
          'had let go for 24 hours, at the end each restores to what its device held, and nothing is left in the store that none needs.',
        figures: total,
      });
    },
  );
});
