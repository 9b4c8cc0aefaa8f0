import type { BackupKey, KeyId, Keyring, OwnerKey } from '@coffer/device-crypto';
import type { Clock } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';

import type { DeviceMemory } from './device-memory';
import type { HeadKeeper } from './head-keeper';
import type { EnginePlatform } from './platform';
import type { ProofTaker } from './proof-taker';
import type { ObjectRemover } from './prune/object-remover';
import type { SealedObjects } from './sealed-objects';

/** What opening or creating a repository takes. */
export interface RepositoryOptions {
  /** Paths are relative to the repository; see `repositoryStore` for a store that holds several. */
  readonly store: ObjectStore;
  readonly backupKey: BackupKey;
  readonly platform: EnginePlatform;
  /** A vault's; `heads/` of the store unless told. */
  readonly headKeeper?: HeadKeeper;
  /** Who deletes what prune decided; the device itself unless told. */
  readonly remover?: ObjectRemover;
  /** A vault's; without one nobody is told what a verification found. */
  readonly proofTaker?: ProofTaker;
  /** What the device has seen; forgets with the process unless told. */
  readonly memory?: DeviceMemory;
  readonly clock?: Clock;
}

/** An object that all others rest on, as it was when the repository was opened. */
export interface FoundationObject {
  readonly path: string;
  readonly sizeBytes: number;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
}

/** Everything that the parts of the engine share about an open repository. */
export interface RepositoryAccess {
  readonly store: ObjectStore;
  readonly platform: EnginePlatform;
  readonly headKeeper: HeadKeeper;
  readonly remover: ObjectRemover;
  readonly proofTaker: ProofTaker | undefined;
  readonly memory: DeviceMemory;
  readonly clock: Clock;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  readonly keyId: KeyId;
  readonly ownerKey: OwnerKey;
  readonly keyring: Keyring;
  /** Config and keyring. */
  readonly foundations: readonly FoundationObject[];
  readonly objects: SealedObjects;
}
