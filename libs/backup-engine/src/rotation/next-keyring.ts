import { encodeKeyslot, objectIdBytes, objectPaths, objectPrefixes, parseSnapshotPath } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import {
  deriveKeyId,
  deriveOwnerKey,
  generateEpochKey,
  keyringMaximumBytes,
  openKeyring,
  sealKeyring,
  type BackupKey,
  type Keyring,
} from '@coffer/device-crypto';
import { equalBytes, readU32be } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';

import { BackupEngineError } from '../errors';
import { readingObject } from '../guard';
import type { RepositoryAccess } from '../repository-access';
import { SealedObjects } from '../sealed-objects';

/** Rotations in a row that may be given up; names further above were not left by one, and must not use up the numbers. */
const mostGivenUp = 1000;
/** A rotation's epoch is above the one before by up to so many: two that begin together take different ones but for one time in so many. */
const epochSpread = 65_536;

/**
 * The repository under the next backup key: its keyring holds all that the current one holds, a new epoch and the new owner
 * key. It is written where it is not there yet, read back, and means nothing until a head names it.
 *
 * @throws BackupEngineError `damaged` where something else lies in its place; ObjectStoreError
 */
export async function openNextAccess(access: RepositoryAccess, nextKey: BackupKey): Promise<RepositoryAccess> {
  const { store, platform, repositoryId } = access;
  const ownerKey = deriveOwnerKey(nextKey);
  const keyId = deriveKeyId(nextKey);
  const path = objectPaths.keyring(keyId, access.keyring.keyringVersion + 1);
  await putKeyring(access, nextKey, path);
  // What was left by an interrupted rotation is taken up, and what was written just now is proven to open.
  const sealed = await readingObject(path, () => store.get(path, { offset: 0, length: keyringMaximumBytes + 1 }));
  const keyring = await readingObject(path, async () => {
    const opened = openKeyring(nextKey, sealed);
    const isNext =
      equalBytes(opened.header.repositoryId, repositoryId) &&
      opened.header.keyringVersion === access.keyring.keyringVersion + 1 &&
      isSuccessor(access.keyring, opened.keyring, ownerKey.publicKey);
    if (isNext) return opened.keyring;
    throw new BackupEngineError('damaged', 'the keyring in this place does not follow the current one', {
      fields: { path },
    });
  });
  const objects = new SealedObjects(store, platform, repositoryId, keyring);
  const foundation = { path, sizeBytes: sealed.length, sha256: await platform.sha256(sealed) };
  const foundations = [...access.foundations.filter(({ path: of }) => of === objectPaths.config), foundation];
  return { ...access, keyId, ownerKey, keyring, foundations, objects };
}

async function putKeyring(access: RepositoryAccess, nextKey: BackupKey, path: string): Promise<void> {
  const { store, keyring, repositoryId, clock } = access;
  const next: Keyring = {
    ...keyring,
    keyringVersion: keyring.keyringVersion + 1,
    epochs: [...keyring.epochs, { epoch: await unusedEpoch(access, nextKey), key: generateEpochKey() }],
    ownerPublicKeys: [...keyring.ownerPublicKeys, deriveOwnerKey(nextKey).publicKey],
  };
  try {
    await store.put(path, sealKeyring(nextKey, repositoryId, next));
  } catch (error) {
    if (error instanceof ObjectStoreError && error.code === 'already-exists') return;
    throw error;
  }
  const hint = encodeKeyslot({
    ...{ kind: 'digits', keyId: deriveKeyId(nextKey), createdAtMs: clock.nowMs(), parameters: {} },
  });
  await store.put(objectPaths.keyslot(randomBytes(objectIdBytes)), hint);
}

/**
 * A number above the current epoch's that no snapshot bears: what a rotation that was given up left under its own epoch key must
 * not look like a damaged part of this one. Nor what another one leaves that runs just now and loses: so the key id says how far
 * above.
 */
async function unusedEpoch({ store, keyring }: RepositoryAccess, nextKey: BackupKey): Promise<number> {
  let highest = keyring.epochs.at(-1)!.epoch;
  const most = highest + mostGivenUp * epochSpread;
  for await (const { key } of store.list(objectPrefixes.snapshots)) {
    const epoch = parseSnapshotPath(key)?.epoch ?? 0;
    if (epoch <= most) highest = Math.max(highest, epoch);
  }
  return highest + 1 + (readU32be(deriveKeyId(nextKey), 0) % epochSpread);
}

function isSuccessor(current: Keyring, next: Keyring, ownerPublicKey: Uint8Array): boolean {
  const { epochs, ownerPublicKeys } = current;
  const last = next.epochs.at(-1);
  return (
    next.epochs.length === epochs.length + 1 &&
    epochs.every(({ epoch, key }, at) => next.epochs[at]!.epoch === epoch && equalBytes(next.epochs[at]!.key, key)) &&
    last!.epoch > epochs.at(-1)!.epoch &&
    next.ownerPublicKeys.length === ownerPublicKeys.length + 1 &&
    ownerPublicKeys.every((key, at) => equalBytes(next.ownerPublicKeys[at]!, key)) &&
    equalBytes(next.ownerPublicKeys.at(-1)!, ownerPublicKey) &&
    equalBytes(next.repositorySecret, current.repositorySecret) &&
    equalBytes(next.configSha256, current.configSha256) &&
    next.mandatoryFeatures.join('\n') === current.mandatoryFeatures.join('\n')
  );
}
