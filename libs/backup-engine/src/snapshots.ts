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
import { decodeRepositoryStatement, verifyRepositoryStatement, type SignedStatement } from '@coffer/evidence';
import { equalBytes, readU32be } from '@coffer/foundation';
import pLimit from 'p-limit';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import type { CurrentHead } from './head-keeper';
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
}

const firstReadBytes = 16_384;
const readsAtOnce = 8;

/**
 * Lists what is or was current, reading the first piece of each snapshot only. Left out: snapshots of a generation above the
 * head's (never finished), those that lost the race for theirs, and those of an epoch that never came into force (a rotation
 * that was given up).
 */
export async function listSnapshots(access: RepositoryAccess, current: CurrentHead | undefined): Promise<SnapshotList> {
  if (current === undefined) return { snapshots: [], damaged: [] };
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
  return { snapshots: everCurrent(all, current), damaged: damaged.sort() };
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
    verifyOwner(access, signed);
    const summary = decodeSnapshotSummary(signed.body);
    if (!equalBytes(summary.id, place.id)) {
      throw new BackupEngineError('damaged', 'a snapshot names another id than its own');
    }
    return { place, reader, signedLength: length, summary };
  });
}

/** Holds against all owner keys of the keyring, the newest first: old snapshots bear old signatures. @throws EvidenceError */
export function verifyOwner({ repositoryId, keyring }: RepositoryAccess, signed: SignedStatement): void {
  const { keyId } = decodeRepositoryStatement(signed.statement);
  let failure: unknown;
  for (const ownerPublicKey of [...keyring.ownerPublicKeys].reverse()) {
    try {
      verifyRepositoryStatement(signed, { purpose: 'snapshot', repositoryId, keyId, ownerPublicKey });
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function everCurrent(all: readonly SnapshotInfo[], { head }: CurrentHead): readonly SnapshotInfo[] {
  const named = new Set(all.flatMap(({ summary }) => (summary.parent === null ? [] : [objectIdHex(summary.parent)])));
  named.add(head.snapshotId);
  const rivals = new Map<number, number>();
  for (const { summary } of all) rivals.set(summary.generation, (rivals.get(summary.generation) ?? 0) + 1);
  return all
    .filter(({ idHex, summary }) => {
      if (summary.generation > head.generation) return false;
      // Where its successor was pruned nobody names a snapshot any more: alone in its generation it still counts.
      return named.has(idHex) || rivals.get(summary.generation) === 1;
    })
    .sort((left, right) => right.summary.generation - left.summary.generation);
}
