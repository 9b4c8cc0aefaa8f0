import {
  encodeIndex,
  encodeSnapshot,
  encodeSnapshotSummary,
  objectIdBytes,
  objectIdHex,
  type IndexedPack,
  type IndexPlace,
  type SnapshotSummary,
} from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { signRepositoryStatement } from '@coffer/evidence';

import type { CurrentHead } from './head-keeper';
import { signHead } from './heads';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects, type ObjectKind } from './sealed-objects';
import { putObject } from './store-objects';

const packsPerIndex = 16_384;

/** A snapshot before it is signed and sealed. */
export interface NewSnapshot {
  readonly summary: SnapshotSummary;
  /** Bytes of the two sections that the summary names by length and SHA-256. */
  readonly conversations: Uint8Array;
  readonly files: Uint8Array;
}

/** The epoch under which everything new is sealed. */
export function currentEpoch({ keyring }: Pick<RepositoryAccess, 'keyring'>): number {
  return keyring.epochs.at(-1)!.epoch;
}

/**
 * Seals an object under the current epoch and stores it.
 *
 * @param plaintext - may be gone afterwards
 * @returns the sealed bytes
 * @throws ObjectStoreError
 */
export async function putSealed(
  access: RepositoryAccess,
  kind: ObjectKind,
  id: Uint8Array,
  plaintext: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = { kind, epoch: currentEpoch(access), id };
  const sealed = await access.objects.sealTaking(place, plaintext);
  await putObject(access.store, SealedObjects.path(place), sealed, signal);
  return sealed;
}

/** Writes indexes that name the packs, in their order. @returns where they lie, and what they came to in bytes */
export async function putIndexes(
  access: RepositoryAccess,
  packs: readonly IndexedPack[],
  signal?: AbortSignal,
): Promise<{ readonly places: readonly IndexPlace[]; readonly storedBytes: number }> {
  const places: IndexPlace[] = [];
  let storedBytes = 0;
  for (let at = 0; at < packs.length; at += packsPerIndex) {
    const indexId = randomBytes(objectIdBytes);
    const sealed = await putSealed(access, 'index', indexId, encodeIndex(packs.slice(at, at + packsPerIndex)), signal);
    storedBytes += sealed.length;
    places.push({ epoch: currentEpoch(access), indexId });
  }
  return { places, storedBytes };
}

/**
 * Signs, seals and stores a snapshot, and signs the head that would make it current.
 *
 * @param current - the head that it follows
 */
export async function putSnapshot(
  access: RepositoryAccess,
  current: CurrentHead | undefined,
  { summary, conversations, files }: NewSnapshot,
  signal?: AbortSignal,
): Promise<{ readonly head: CurrentHead; readonly storedBytes: number }> {
  const { repositoryId, keyId, ownerKey, keyring } = access;
  const fields = { purpose: 'snapshot', repositoryId, keyId } as const;
  const signed = signRepositoryStatement(ownerKey.seed, fields, encodeSnapshotSummary(summary));
  const plaintext = encodeSnapshot({ signed, conversations, files });
  const sealed = await putSealed(access, 'snapshot', summary.id, plaintext, signal);
  const head = signHead(access, {
    v: 1,
    repositoryId,
    keyId,
    keyringVersion: keyring.keyringVersion,
    epoch: currentEpoch(access),
    generation: summary.generation,
    previous: current?.hash ?? null,
    pruneGeneration: current?.head.pruneGeneration ?? 0,
    snapshotId: objectIdHex(summary.id),
    snapshotSha256: await access.platform.sha256(sealed),
  });
  return { head, storedBytes: sealed.length };
}
