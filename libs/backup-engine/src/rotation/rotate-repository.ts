import { objectIdBytes, objectIdHex, objectPaths, encodeSigned, type SnapshotSummary } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { deriveKeyId, deriveOwnerKey, type BackupKey } from '@coffer/device-crypto';
import { signRepositoryStatement } from '@coffer/evidence';
import { fromHex } from '@coffer/foundation';

import { listPacks, packPath } from '../pack-list';
import { loadPacks } from '../chunk-index';
import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import { rememberHead } from '../heads';
import { OpenedSnapshot } from '../opened-snapshot';
import { putIndexes, putSnapshot } from '../put-sealed';
import type { Repository } from '../repository';
import type { RepositoryAccess } from '../repository-access';
import { placeOf } from '../sealed-objects';
import { openSummary } from '../snapshots';
import { putObject } from '../store-objects';
import { openNextAccess } from './next-keyring';

/** A repository that is ready to go over to the next backup key. Until its head is in place the former key is in force. */
export interface PreparedRotation {
  /** The head that the new one follows; undefined where there is no backup yet. */
  readonly previous: CurrentHead | undefined;
  /** Signed by the next owner key; undefined where there is no backup yet, for then only the keyring is new. */
  readonly next: CurrentHead | undefined;
  /** Packs that the snapshot needs and the store does not have at their size: lost before, and lost still. */
  readonly missingPacks: number;
}

const mostAttempts = 8;

/**
 * The first step of a rotation (docs/protocol.md): a keyring under the next key with a new epoch, an index and a snapshot of
 * the same items sealed under it. Packs stay. Interrupted anywhere it may be run again with the same key.
 *
 * @throws BackupEngineError `damaged`, `missing-object`, `head-rolled-back`, `key-rotated`; ObjectStoreError
 */
export async function prepareRotation(repository: Repository, nextKey: BackupKey): Promise<PreparedRotation> {
  const { access } = repository;
  const previous = await repository.head();
  const nextAccess = await openNextAccess(access, nextKey);
  if (previous === undefined) return { previous, next: undefined, missingPacks: 0 };
  const { epoch, snapshotId } = previous.head;
  const snapshot = new OpenedSnapshot(await openSummary(access, placeOf('snapshot', epoch, snapshotId)));
  const packs = await loadPacks(access, snapshot.summary.indexes);
  const sizes = await listPacks(access);
  const missing = packs.filter((pack) => sizes.get(packPath(pack)) !== pack.sealedBytes);
  const summary: SnapshotSummary = {
    ...snapshot.summary,
    id: randomBytes(objectIdBytes),
    generation: previous.head.generation + 1,
    parent: fromHex(snapshotId),
    indexes: (await putIndexes(nextAccess, packs)).places,
  };
  const conversations = await snapshot.section('conversations');
  const files = await snapshot.section('files');
  const { head: next } = await putSnapshot(nextAccess, previous, { summary, conversations, files });
  await requireOpens(nextAccess, next);
  return { previous, next, missingPacks: missing.length };
}

/**
 * The whole rotation of a repository whose head no vault keeps: prepared, announced by the former owner key, and in force with
 * the head. Where another device finished a backup meanwhile, it is prepared anew on top of that.
 *
 * @param prove - lets the person record the new key, between the preparation and the swap
 * @throws BackupEngineError `no-snapshot` where there is no backup that a head could name, `head-changed` after eight attempts;
 *   as `prepareRotation`
 */
export async function rotateRepository(
  repository: Repository,
  nextKey: BackupKey,
  prove: () => Promise<void> = () => Promise.resolve(),
): Promise<PreparedRotation> {
  const { headKeeper, store } = repository.access;
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepareRotation(repository, nextKey);
    const { previous, next } = prepared;
    if (next === undefined) {
      throw new BackupEngineError(
        'no-snapshot',
        'there is no backup in this repository yet, so there is nothing that a new key would protect; make a new repository',
      );
    }
    if (attempt === 1) await prove();
    const { path, bytes } = rotationNotice(repository.access, nextKey, next);
    await putObject(store, path, bytes, undefined);
    try {
      await headKeeper.replace(next.signed, previous);
    } catch (error) {
      const isRaced = error instanceof BackupEngineError && error.code === 'head-changed';
      if (!isRaced || attempt === mostAttempts) throw error;
      continue;
    }
    await rememberHead(repository.access, next);
    return prepared;
  }
}

/** What the former owner key says of the head that the next one signed. Its name holds the hash, so it is never rewritten. */
function rotationNotice(
  { repositoryId, keyId, ownerKey }: RepositoryAccess,
  nextKey: BackupKey,
  { head, hash }: CurrentHead,
): { readonly path: string; readonly bytes: Uint8Array } {
  const signed = signRepositoryStatement(
    ownerKey.seed,
    { purpose: 'rotation', repositoryId, keyId },
    {
      generation: head.generation,
      headHash: hash,
      newKeyId: deriveKeyId(nextKey),
      newOwnerPublicKey: deriveOwnerKey(nextKey).publicKey,
    },
  );
  return { path: objectPaths.rotation(head.generation, hash), bytes: encodeSigned(signed) };
}

/** What nobody could open afterwards must not become current: the snapshot is read back from the store under the next key. */
async function requireOpens(access: RepositoryAccess, { head }: CurrentHead): Promise<void> {
  const opened = await openSummary(access, placeOf('snapshot', head.epoch, head.snapshotId));
  const snapshot = new OpenedSnapshot(opened);
  await loadPacks(access, snapshot.summary.indexes);
  await snapshot.items();
  await snapshot.conversations();
  if (objectIdHex(snapshot.summary.id) !== head.snapshotId) {
    throw new BackupEngineError('damaged', 'the new snapshot is not the one that was written');
  }
}
