import {
  decodeSignedSummary,
  decodeSnapshotSummary,
  objectIdHex,
  objectPrefixes,
  parseSnapshotPath,
  signedSummaryPlace,
  type SnapshotSummary,
} from '@coffer/backup-format';
import type { ChunkedReader } from '@coffer/device-crypto';
import { equalBytes, readU32be } from '@coffer/foundation';
import pLimit from 'p-limit';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import type { CurrentHead } from './head-keeper';
import { verifiedBody } from './owner-signature';
import type { EnginePlatform } from './platform';
import { readMarksIfReadable, type PruneMarks } from './prune/prune-marks';
import type { RepositoryAccess } from './repository-access';
import { placeOf, SealedObjects, type SealedPlace } from './sealed-objects';

/** A snapshot in a list. */
export interface SnapshotInfo {
  /** 32 lower-case hexadecimal digits. */
  readonly idHex: string;
  readonly epoch: number;
  readonly isCurrent: boolean;
  /** Verified: the owner signed it. */
  readonly summary: SnapshotSummary;
  /** Size of the sealed snapshot in bytes. */
  readonly sealedBytes: number;
}

/** All snapshots, and what could not be read. */
export interface SnapshotList {
  /** Newest first. */
  readonly snapshots: readonly SnapshotInfo[];
  /** Paths of snapshots that are damaged. */
  readonly damaged: readonly string[];
}

/** A summary, and what is needed to read the rest of its snapshot. */
export interface OpenedSummary {
  readonly place: SealedPlace;
  readonly reader: ChunkedReader;
  /** Length of the first section in bytes. */
  readonly signedLength: number;
  readonly summary: SnapshotSummary;
  readonly platform: EnginePlatform;
}

const firstReadBytes = 16_384;
const readsAtOnce = 8;

/** Every snapshot in the store that the keyring opens, and what could not be read. */
export interface StoredSnapshots {
  readonly all: readonly SnapshotInfo[];
  /** Paths of snapshots that are damaged. */
  readonly damaged: readonly string[];
}

/**
 * Lists what is or was current, reading the first piece of each snapshot only. Left out: snapshots of a generation above the
 * head's (never finished), those that lost the race for theirs, those of an epoch that never came into force (a rotation that
 * was given up), and those that a prune run decided to delete.
 */
export async function listSnapshots(access: RepositoryAccess, current: CurrentHead | undefined): Promise<SnapshotList> {
  if (current === undefined) return { snapshots: [], damaged: [] };
  const marks = await readMarksIfReadable(access, current);
  const { all, damaged } = await readStoredSnapshots(access, current);
  return {
    snapshots: everCurrent(all, current, marks),
    damaged: damaged.filter((path) => marks?.isDecided(path) !== true),
  };
}

/** Reads the first piece of every snapshot. Those of an epoch that the keyring does not hold are passed over. */
export async function readStoredSnapshots(access: RepositoryAccess, current: CurrentHead): Promise<StoredSnapshots> {
  const found: { readonly key: string; readonly sizeBytes: number }[] = [];
  for await (const entry of access.store.list(objectPrefixes.snapshots)) found.push(entry);
  const limit = pLimit(readsAtOnce);
  const damaged: string[] = [];
  const read = async (key: string, sizeBytes: number): Promise<SnapshotInfo | undefined> => {
    const named = parseSnapshotPath(key);
    if (named === undefined) return undefined;
    const { idHex, epoch } = named;
    if (!access.keyring.epochs.some((known) => known.epoch === epoch)) return undefined;
    try {
      const { summary } = await openSummary(access, placeOf('snapshot', epoch, idHex), sizeBytes);
      return { idHex, epoch, isCurrent: idHex === current.head.snapshotId, summary, sealedBytes: sizeBytes };
    } catch (error) {
      if (!(error instanceof BackupEngineError) || error.code !== 'damaged') throw error;
      damaged.push(key);
      return undefined;
    }
  };
  const reads = found.map(({ key, sizeBytes }) => limit(read, key, sizeBytes));
  const all = (await Promise.all(reads)).filter((info) => info !== undefined);
  return { all, damaged: damaged.sort() };
}

/** Path of a snapshot within the repository. */
export function snapshotPath({ epoch, idHex }: Pick<SnapshotInfo, 'epoch' | 'idHex'>): string {
  return SealedObjects.path(placeOf('snapshot', epoch, idHex));
}

/** Opens the first section of a snapshot and verifies its signature. @throws BackupEngineError `damaged`, `missing-object` */
export async function openSummary(
  access: RepositoryAccess,
  place: SealedPlace,
  sealedBytes?: number,
): Promise<OpenedSummary> {
  const reader = await access.objects.openReader(place, sealedBytes);
  return readingObject(SealedObjects.path(place), async () => {
    const start = await reader.read(0, Math.min(reader.plainSize, firstReadBytes));
    const { offset, length } = signedSummaryPlace(readU32be(start));
    const isInStart = offset + length <= start.length;
    const section = isInStart ? start.subarray(offset, offset + length) : await reader.read(offset, length);
    const signed = decodeSignedSummary(section);
    const summary = decodeSnapshotSummary(verifiedBody(access, signed, 'snapshot'));
    if (!equalBytes(summary.id, place.id)) {
      throw new BackupEngineError('damaged', 'a snapshot names another id than its own');
    }
    return { place, reader, signedLength: length, summary, platform: access.platform };
  });
}

/**
 * Of all snapshots those that are or were current, the newest first (docs/format/v1.md, "Order").
 *
 * @param marks - undefined where the prune list cannot be read
 */
export function everCurrent(
  all: readonly SnapshotInfo[],
  { head }: CurrentHead,
  marks: PruneMarks | undefined,
): readonly SnapshotInfo[] {
  const named = new Set(all.flatMap(({ summary }) => (summary.parent === null ? [] : [objectIdHex(summary.parent)])));
  named.add(head.snapshotId);
  const rivals = new Map<number, number>();
  for (const { summary } of all) rivals.set(summary.generation, (rivals.get(summary.generation) ?? 0) + 1);
  const wasCurrent = (info: SnapshotInfo): boolean => {
    const { generation } = info.summary;
    if (generation > head.generation) return false;
    if (named.has(info.idHex) || marks?.isKnownSnapshot(snapshotPath(info)) === true) return true;
    // A successor may be lost: alone in its generation it still counts, but not where the prune list knows better.
    return rivals.get(generation) === 1 && generation > (marks?.generation ?? 0);
  };
  return all
    .filter((info) => wasCurrent(info) && marks?.isDecided(snapshotPath(info)) !== true)
    .sort((left, right) => right.summary.generation - left.summary.generation);
}
