import { encodeKeyslot, encodeRepositoryConfig, objectIdBytes, objectPaths } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import {
  deriveKeyId,
  deriveOwnerKey,
  generateEpochKey,
  generateRepositorySecret,
  sealKeyring,
  type Keyring,
} from '@coffer/device-crypto';
import { systemClock } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';

import { BackupEngineError } from './errors';
import type { RepositoryOptions } from './repository-access';

/** A new 16-byte repository id. */
export function newRepositoryId(): Uint8Array<ArrayBuffer> {
  return randomBytes(objectIdBytes);
}

/**
 * Writes `config`, a keyslot of kind `digits` and the first keyring. Nothing is overwritten.
 *
 * @param repositoryId - 16 bytes
 * @throws BackupEngineError `already-exists`; ObjectStoreError
 */
export async function writeNewRepository(options: RepositoryOptions, repositoryId: Uint8Array): Promise<void> {
  const { store, backupKey, platform, clock = systemClock } = options;
  const keyId = deriveKeyId(backupKey);
  const createdAtMs = clock.nowMs();
  const config = encodeRepositoryConfig({ repositoryId: repositoryId.slice(), features: [], createdAtMs });
  const keyring: Keyring = {
    keyringVersion: 1,
    repositorySecret: generateRepositorySecret(),
    epochs: [{ epoch: 1, key: generateEpochKey() }],
    ownerPublicKeys: [deriveOwnerKey(backupKey).publicKey],
    configSha256: await platform.sha256(config),
    mandatoryFeatures: [],
  };
  const keyslot = encodeKeyslot({ kind: 'digits', keyId, createdAtMs, parameters: {} });
  try {
    await store.put(objectPaths.config, config);
    await store.put(objectPaths.keyring(keyId, 1), sealKeyring(backupKey, repositoryId, keyring));
    await store.put(objectPaths.keyslot(randomBytes(objectIdBytes)), keyslot);
  } catch (cause) {
    if (!(cause instanceof ObjectStoreError) || cause.code !== 'already-exists') throw cause;
    throw new BackupEngineError('already-exists', 'there is a repository here already; nothing was overwritten', {
      cause,
    });
  }
}
