import {
  BackupFormatError,
  decodeRepositoryConfig,
  formatLimits,
  objectPaths,
  objectPrefixes,
  parseKeyringPath,
  requireKnownFeatures,
} from '@coffer/backup-format';
import {
  deriveKeyId,
  deriveOwnerKey,
  keyringMaximumBytes,
  openKeyring,
  type KeyId,
  type Keyring,
} from '@coffer/device-crypto';
import { equalBytes, systemClock, toHex } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import { ProcessMemory } from './device-memory';
import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import { readHead, rememberHead, type HeadAccess } from './heads';
import { StoreRemover } from './prune/object-remover';
import type { RepositoryAccess, RepositoryOptions } from './repository-access';
import { SealedObjects } from './sealed-objects';
import { StoreHeadKeeper } from './store-head-keeper';

/**
 * Opens a repository: head (which names the keyring), keyring, and config held against it. Nothing is written to the store.
 *
 * @param repositoryId - 16 bytes
 * @throws BackupEngineError `wrong-key`, `no-repository`, `damaged`, `head-rolled-back`; BackupFormatError `unsupported-…`
 */
export async function openAccess(options: RepositoryOptions, repositoryId: Uint8Array): Promise<RepositoryAccess> {
  const { store, backupKey, platform, clock = systemClock, memory = new ProcessMemory() } = options;
  const headKeeper = options.headKeeper ?? new StoreHeadKeeper(store);
  const remover = options.remover ?? new StoreRemover(store);
  const keyId = deriveKeyId(backupKey);
  const ownerKey = deriveOwnerKey(backupKey);
  const firstVersion = await requireOwnKeyring(store, keyId);
  const partial: HeadAccess = { repositoryId, keyId, ownerKey, memory, clock, headKeeper };
  const current = await readHead(partial);
  const version = current?.head.keyringVersion ?? firstVersion;
  const path = objectPaths.keyring(keyId, version);
  const sealedKeyring = await readingObject(path, () =>
    store.get(path, { offset: 0, length: keyringMaximumBytes + 1 }),
  );
  const keyring = await readingObject(path, async () => {
    const opened = openKeyring(backupKey, sealedKeyring);
    const { header } = opened;
    const isOurs =
      equalBytes(header.repositoryId, repositoryId) &&
      header.keyringVersion === version &&
      equalBytes(opened.keyring.ownerPublicKeys.at(-1)!, ownerKey.publicKey) &&
      (current === undefined || header.currentEpoch >= current.head.epoch);
    if (!isOurs)
      throw new BackupEngineError('damaged', 'the keyring is not the one that belongs here', { fields: { path } });
    return opened.keyring;
  });
  const config = await requireConfig(options, repositoryId, keyring);
  if (current !== undefined) await rememberHead(partial, current);
  const objects = new SealedObjects(store, platform, repositoryId, keyring);
  const foundations = [
    { path: objectPaths.config, sizeBytes: config.length, sha256: keyring.configSha256 },
    { path, sizeBytes: sealedKeyring.length, sha256: await platform.sha256(sealedKeyring) },
  ];
  const who = { repositoryId, keyId, ownerKey, keyring };
  const { proofTaker } = options;
  return { store, platform, headKeeper, remover, proofTaker, memory, clock, ...who, foundations, objects };
}

/**
 * Told before the head is read: under a foreign key every head looks forged.
 *
 * @returns version of the first keyring of this key: the one that is in force while there is no head
 */
async function requireOwnKeyring(store: ObjectStore, keyId: KeyId): Promise<number> {
  const versions: number[] = [];
  for await (const { key } of store.list(`${objectPrefixes.keyrings}${toHex(keyId)}-`)) {
    const version = parseKeyringPath(key)?.version;
    if (version !== undefined) versions.push(version);
  }
  if (versions.length > 0) return Math.min(...versions);
  for await (const _other of store.list(objectPrefixes.keyrings, { limit: 1 })) {
    throw new BackupEngineError('wrong-key', 'this repository is sealed with another key; nothing was changed');
  }
  throw new BackupEngineError('no-repository', 'there is no repository here, or its keyring is missing');
}

/** @returns its bytes */
async function requireConfig(
  { store, platform }: RepositoryOptions,
  repositoryId: Uint8Array,
  keyring: Keyring,
): Promise<Uint8Array> {
  requireKnownFeatures(keyring.mandatoryFeatures);
  return readingObject(objectPaths.config, async () => {
    const bytes = await store.get(objectPaths.config, { offset: 0, length: formatLimits.configBytes + 1 });
    if (!equalBytes(await platform.sha256(bytes), keyring.configSha256)) {
      throw new BackupFormatError('damaged', 'config is not the one that the keyring names');
    }
    const config = decodeRepositoryConfig(bytes);
    const isSame = config.features.join('\n') === keyring.mandatoryFeatures.join('\n');
    if (!isSame || toHex(config.repositoryId) !== toHex(repositoryId)) {
      throw new BackupFormatError('damaged', 'config and keyring say different things');
    }
    return bytes;
  });
}
