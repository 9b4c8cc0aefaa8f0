import { pruneListMost, type PruneList, type PruneMark } from '@coffer/evidence';

import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import type { RepositoryAccess } from '../repository-access';
import { prunePlace, SealedObjects } from '../sealed-objects';
import { everCurrent, readStoredSnapshots, snapshotPath, type SnapshotInfo } from '../snapshots';
import { listPrunable, prunableKinds, type StoredObject } from './inventory';
import { PruneMarks, readMarks, readMarksIfReadable } from './prune-marks';
import { repackedSnapshots } from './repacked-snapshots';
import { chooseRetained, type RetentionPolicy, type RetentionReason } from './retention';
import { NeedsReader, type SnapshotNeeds } from './snapshot-needs';
import { requireWholeHistory } from './whole-history';

/** How long a mark stands before what it marks may be deleted: longer than any backup should run. */
export const markedForMs = 24 * 3_600_000;

/** What one run of prune would do. Nothing of it is done. */
export interface PrunePlan {
  /** The head that it was computed from. */
  readonly current: CurrentHead;
  /** Snapshots that stay, and why; the newest first. */
  readonly retained: ReadonlyMap<SnapshotInfo, readonly RetentionReason[]>;
  /** Snapshots that were current once and do not stay. */
  readonly leaving: readonly SnapshotInfo[];
  /** Everything in the store that prune may look at. */
  readonly stored: ReadonlyMap<string, StoredObject>;
  /** Marks that this run would set; what they mark is in the store. */
  readonly newlyMarked: readonly StoredObject[];
  /** Marked before, and still waiting. */
  readonly waiting: readonly StoredObject[];
  /** What this run would delete, in its order. */
  readonly decided: readonly StoredObject[];
  /** When the first of what waits may be deleted; undefined where nothing waits. */
  readonly nextDueMs: number | undefined;
  /** The list that this run would write. */
  readonly list: Omit<PruneList, 'pruneGeneration'>;
  /** Whether that list says anything that the one in force does not. */
  readonly isChange: boolean;
}

/** What is asked of a plan. */
export interface PruneRules {
  /** Which snapshots stay; all of them where it is left out, and what no snapshot needs goes all the same. */
  readonly policy?: RetentionPolicy | undefined;
  /** Ids of snapshots that are given up although they are damaged or missing, 32 hexadecimal digits each. */
  readonly givenUp?: ReadonlySet<string>;
  /** Goes on although the prune list is lost: everything is marked anew, and waits anew. */
  readonly isAnew?: boolean;
}

/**
 * Computes what prune would do, from one head. Reads all snapshots and indexes, no pack.
 *
 * @param pinned - snapshots that stay whatever the policy says
 * @returns undefined where there is no backup yet
 * @throws BackupEngineError `damaged`, `missing-object` where anything that must stay cannot be read whole; `invalid-policy`
 */
export async function planPrune(
  access: RepositoryAccess,
  current: CurrentHead | undefined,
  { policy, givenUp = new Set(), isAnew = false }: PruneRules,
  pinned: ReadonlySet<string>,
): Promise<PrunePlan | undefined> {
  if (current === undefined) return undefined;
  const inForce = isAnew ? await readMarksIfReadable(access, current) : await readMarks(access, current);
  const marks = inForce ?? new PruneMarks();
  const stored = await listPrunable(access);
  const snapshots = await readStoredSnapshots(access, current);
  requireWholeHistory(snapshots, current, inForce, givenUp);
  const dated = everCurrent(snapshots.all, current, inForce);
  const repacked = repackedSnapshots(dated);
  const counted = dated.filter(({ idHex }) => !repacked.has(idHex) || pinned.has(idHex));
  const retained = chooseRetained(counted, policy, pinned);
  const reader = new NeedsReader(access);
  const needed = await pathsNeeded([...retained.keys()], reader, stored);
  needed.add(SealedObjects.path(prunePlace(current.head.epoch, Math.max(1, current.head.pruneGeneration))));

  const nowMs = access.clock.nowMs();
  const marked = markAll(stored, needed, marks, nowMs);
  const isRipe = ({ path }: StoredObject): boolean => {
    const mark = marks.get(path);
    return mark !== undefined && mark.decidedAtMs === null && mark.atMs + markedForMs <= nowMs;
  };
  const ripe = marked.filter(isRipe);
  const going = new Set(marked.filter(({ path }) => marks.isDecided(path)).map(({ path }) => path));
  for (const object of await unneededByOthers(ripe, snapshots.all, retained, reader, marks)) going.add(object.path);
  const decided = prunableKinds.flatMap((kind) =>
    marked.filter((object) => object.kind === kind && going.has(object.path)),
  );
  const list = {
    generation: current.head.generation + 1,
    snapshots: dated.map(snapshotPath).filter((path) => !going.has(path)),
    marks: marked.map(({ path }) => markOf(path, marks, nowMs, going.has(path))),
  };
  const waiting = marked.filter(({ path }) => marks.get(path) !== undefined && !going.has(path));
  const dueMs = waiting.map(({ path }) => marks.get(path)!.atMs + markedForMs);
  const newlyMarked = marked.filter(({ path }) => marks.get(path) === undefined);
  return {
    ...{ current, retained, stored, newlyMarked, waiting, decided, list },
    leaving: dated.filter((snapshot) => !retained.has(snapshot)),
    nextDueMs: dueMs.reduce<number | undefined>((least, each) => Math.min(least ?? each, each), undefined),
    isChange: [...newlyMarked, ...decided].some(isWorthAList) || waiting.length < undecidedIn(marks, stored, going),
  };
}

/**
 * Everything that the snapshots that stay need.
 *
 * @throws BackupEngineError `damaged`, `missing-object`: what is left of a broken snapshot may be all that heals it
 */
async function pathsNeeded(
  snapshots: readonly SnapshotInfo[],
  reader: NeedsReader,
  stored: ReadonlyMap<string, StoredObject>,
): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const snapshot of snapshots) {
    const { paths, packs, isBroken } = await reader.of(snapshot);
    if (isBroken) throw broken('damaged', snapshotPath(snapshot));
    for (const path of paths) {
      const object = stored.get(path);
      if (object === undefined) throw broken('missing-object', path);
      if (packs.has(path) && packs.get(path) !== object.sizeBytes) throw broken('damaged', path);
      needed.add(path);
    }
  }
  return needed;
}

/** What no snapshot that stays needs; what an earlier run decided to delete first, then what names others. */
function markAll(
  stored: ReadonlyMap<string, StoredObject>,
  needed: ReadonlySet<string>,
  marks: PruneMarks,
  nowMs: number,
): readonly StoredObject[] {
  const free = [...stored.values()].filter(({ path }) => !needed.has(path));
  const ageOf = ({ path }: StoredObject): number => marks.get(path)?.atMs ?? nowMs;
  // What does not fit is marked by a later run; what was decided, and what waits longest, is never pushed out.
  return prunableKinds
    .flatMap((kind) => free.filter((object) => object.kind === kind))
    .sort(
      (left, right) =>
        Number(marks.isDecided(right.path)) - Number(marks.isDecided(left.path)) || ageOf(left) - ageOf(right),
    )
    .slice(0, pruneListMost);
}

/**
 * Of what is ripe: what none of the snapshots needs that are in the store and do not go now. That asks more than that nothing
 * that stays needs it: a snapshot that was marked only now could be restored from until it goes, and another policy may keep it.
 */
async function unneededByOthers(
  ripe: readonly StoredObject[],
  all: readonly SnapshotInfo[],
  retained: ReadonlyMap<SnapshotInfo, readonly RetentionReason[]>,
  reader: NeedsReader,
  marks: PruneMarks,
): Promise<readonly StoredObject[]> {
  if (ripe.length === 0) return [];
  const going = new Set(ripe.filter(({ kind }) => kind === 'snapshots').map(({ path }) => path));
  const needed = new Set<string>();
  for (const snapshot of all) {
    const path = snapshotPath(snapshot);
    if (going.has(path) || marks.isDecided(path)) continue;
    for (const of of (await needsOf(snapshot, reader, retained.has(snapshot)))?.paths ?? []) needed.add(of);
  }
  return ripe.filter(({ path }) => !needed.has(path));
}

/** A snapshot that never became current may name what was never there; one that stays was read already. */
async function needsOf(
  snapshot: SnapshotInfo,
  reader: NeedsReader,
  isRetained: boolean,
): Promise<SnapshotNeeds | undefined> {
  try {
    return await reader.of(snapshot);
  } catch (error) {
    if (isRetained || !(error instanceof BackupEngineError) || error.code !== 'missing-object') throw error;
    return undefined;
  }
}

function markOf(path: string, marks: PruneMarks, nowMs: number, isGoing: boolean): PruneMark {
  const known = marks.get(path);
  const decidedAtMs = known?.decidedAtMs ?? (isGoing ? nowMs : null);
  return { path, atMs: known?.atMs ?? nowMs, decidedAtMs };
}

/** An older prune list goes along with others: else every run would write one to be rid of the one before. */
function isWorthAList({ kind }: StoredObject): boolean {
  return kind !== 'prune';
}

/** Marks in force of what is in the store and does not go: more than still wait where something is needed again. */
function undecidedIn(marks: PruneMarks, stored: ReadonlyMap<string, StoredObject>, going: ReadonlySet<string>): number {
  let count = 0;
  for (const path of stored.keys()) if (marks.get(path) !== undefined && !going.has(path)) count += 1;
  return count;
}

function broken(code: 'damaged' | 'missing-object', path: string): BackupEngineError {
  const what = code === 'damaged' ? 'is damaged' : 'is missing from the store';
  return new BackupEngineError(
    code,
    `an object of a backup that is to stay ${what}: ${path}. Nothing was deleted, since what nothing needs now may be what heals ` +
      'it. "coffer verify" names everything that is broken, and "coffer backup" after it stores that again while you have the originals',
    { fields: { path } },
  );
}
