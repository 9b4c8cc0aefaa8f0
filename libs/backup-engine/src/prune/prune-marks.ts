import { decodePruneObject, encodePruneObject } from '@coffer/backup-format';
import { DeviceCryptoError } from '@coffer/device-crypto';
import { signRepositoryStatement, type PruneList, type PruneMark } from '@coffer/evidence';
import { ObjectStoreError } from '@coffer/object-store';

import { BackupEngineError } from '../errors';
import { readingObject } from '../guard';
import type { CurrentHead } from '../head-keeper';
import { verifiedBody } from '../owner-signature';
import { currentEpoch } from '../put-sealed';
import type { RepositoryAccess } from '../repository-access';
import { prunePlace, SealedObjects } from '../sealed-objects';

/** The prune list that a head names: what is marked, and what is to be deleted whatever comes. */
export class PruneMarks {
  readonly #marks: ReadonlyMap<string, PruneMark>;
  readonly #snapshots: ReadonlySet<string>;
  /** Of the head that brought the list into force; 0 where nothing was ever pruned. */
  readonly generation: number;

  /** @param list - undefined where nothing was ever pruned */
  constructor(list?: PruneList) {
    this.#marks = new Map((list?.marks ?? []).map((mark) => [mark.path, mark]));
    this.#snapshots = new Set(list?.snapshots);
    this.generation = list?.generation ?? 0;
  }

  /** How many marks there are. */
  get size(): number {
    return this.#marks.size;
  }

  /** Paths of the snapshots that were or are current, when the list was made. */
  get snapshots(): Iterable<string> {
    return this.#snapshots;
  }

  /** Every mark, in the order of the list. */
  get all(): Iterable<PruneMark> {
    return this.#marks.values();
  }

  isKnownSnapshot(path: string): boolean {
    return this.#snapshots.has(path);
  }

  get(path: string): PruneMark | undefined {
    return this.#marks.get(path);
  }

  /** Whether it is to be deleted, which nothing takes back. */
  isDecided(path: string): boolean {
    return (this.#marks.get(path)?.decidedAtMs ?? null) !== null;
  }
}

/** How many numbers after the head's may be taken by lists that never came into force. */
const mostUnused = 1000;

/**
 * The prune list that a head names.
 *
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export async function readMarks(access: RepositoryAccess, { head }: CurrentHead): Promise<PruneMarks> {
  const { pruneGeneration } = head;
  if (pruneGeneration === 0) return new PruneMarks();
  const path = SealedObjects.path(prunePlace(head.epoch, pruneGeneration));
  const sealed = await access.objects.fetchWhole(prunePlace(head.epoch, pruneGeneration));
  return readingObject(path, async () => {
    const signed = decodePruneObject(await openUnderAnyEpoch(access, pruneGeneration, sealed));
    const list = verifiedBody(access, signed, 'prune-list');
    if (list.pruneGeneration === pruneGeneration) return new PruneMarks(list);
    throw new BackupEngineError('damaged', 'a prune list names another generation than its own', { fields: { path } });
  });
}

/** As {@link readMarks}; undefined where the list is lost. A writer then trusts what the current snapshot needs alone. */
export async function readMarksIfReadable(
  access: RepositoryAccess,
  current: CurrentHead,
): Promise<PruneMarks | undefined> {
  try {
    return await readMarks(access, current);
  } catch (error) {
    const isLost = error instanceof BackupEngineError && ['damaged', 'missing-object'].includes(error.code);
    if (isLost) return undefined;
    throw error;
  }
}

/**
 * Signs, seals and stores a prune list under the first number after the head's that no other list has taken. It means nothing
 * until a head names it.
 *
 * @returns its prune generation
 * @throws ObjectStoreError
 */
export async function putMarks(
  access: RepositoryAccess,
  { head }: CurrentHead,
  list: Omit<PruneList, 'pruneGeneration'>,
): Promise<number> {
  const { repositoryId, keyId, ownerKey, objects, store } = access;
  for (let pruneGeneration = head.pruneGeneration + 1; ; pruneGeneration++) {
    const place = prunePlace(currentEpoch(access), pruneGeneration);
    const fields = { purpose: 'prune-list', repositoryId, keyId } as const;
    const signed = signRepositoryStatement(ownerKey.seed, fields, { pruneGeneration, ...list });
    try {
      await store.put(SealedObjects.path(place), await objects.seal(place, encodePruneObject(signed)));
      return pruneGeneration;
    } catch (error) {
      const isTaken = error instanceof ObjectStoreError && error.code === 'already-exists';
      if (!isTaken || pruneGeneration >= head.pruneGeneration + mostUnused) throw error;
    }
  }
}

/** A list from before a rotation is sealed under an older epoch; the commitment tells before any piece is opened. */
async function openUnderAnyEpoch(
  { keyring, objects, platform }: RepositoryAccess,
  pruneGeneration: number,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  let failure: unknown;
  for (const { epoch } of [...keyring.epochs].reverse()) {
    try {
      return await platform.encryption.open(objects.keyOf(prunePlace(epoch, pruneGeneration)), sealed);
    } catch (error) {
      if (!(error instanceof DeviceCryptoError) || error.code !== 'commitment-mismatch') throw error;
      failure = error;
    }
  }
  throw failure;
}
