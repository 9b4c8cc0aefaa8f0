import type { BackupKey, KeyId, Keyring, OwnerKey } from '@coffer/device-crypto';
import type { Clock } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import type { DeviceMemory } from './device-memory';
import type { HeadKeeper } from './head-keeper';
import type { EnginePlatform } from './platform';
import type { SealedObjects } from './sealed-objects';

/** What opening or creating a repository takes. */
export interface RepositoryOptions {
  /** Paths are relative to the repository; see `repositoryStore` for a store that holds several. */
  readonly store: ObjectStore;
  readonly backupKey: BackupKey;
  readonly platform: EnginePlatform;
  /** A vault's; `heads/` of the store unless told. */
  readonly headKeeper?: HeadKeeper;
  /** What the device has seen; forgets with the process unless told. */
  readonly memory?: DeviceMemory;
  readonly clock?: Clock;
}

/** Everything that the parts of the engine share about an open repository. */
export interface RepositoryAccess {
  readonly store: ObjectStore;
  readonly platform: EnginePlatform;
  readonly headKeeper: HeadKeeper;
  readonly memory: DeviceMemory;
  readonly clock: Clock;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  readonly keyId: KeyId;
  readonly ownerKey: OwnerKey;
  readonly keyring: Keyring;
  readonly objects: SealedObjects;
}
