import {
  BackupEngineError,
  findRepository,
  newRepositoryId,
  Repository,
  repositoryStore,
  type DeviceMemory,
  type EnginePlatform,
} from '@coffer/backup-engine';
import { deriveKeyId, type BackupKey } from '@coffer/device-crypto';
import type { ProofOfRestorability } from '@coffer/evidence';
import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';
import { VaultObjectStore } from '@coffer/vault-client';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';
import { submitProof } from './purge-flow';
import { VaultHeadKeeper } from './vault-head-keeper';
import { VaultRemover } from './vault-remover';

/** What opening a repository behind a vault takes besides the account. */
export interface VaultRepositoryOptions {
  readonly backupKey: BackupKey;
  readonly platform: EnginePlatform;
  /** What this device has seen of the repository. */
  readonly memory?: DeviceMemory;
  /** 16 bytes: which one, where the key opens several. */
  readonly repositoryId?: Uint8Array;
  /** Wraps the vault's store, e.g. to slow it down. */
  readonly limiter?: (store: ObjectStore) => ObjectStore;
}

/** The store that the vault grants, all repositories of the account in it. Without a signer it is for reading. */
export function vaultStore(account: DeviceAccount, signer?: OwnerSigner): ObjectStore {
  return new VaultObjectStore({
    client: account.client,
    clock: account.clock,
    ...(signer === undefined
      ? {}
      : {
          signCreateGrant: ({ repositoryId, challenge, expiresAt }) =>
            signer.vaultStatement(
              'create-grant',
              { repositoryId: fromBase64Url(repositoryId) },
              { challenge: { challenge, expiresAt } },
            ),
        }),
  });
}

/**
 * Opens the account's repository with the backup key: its objects come through the vault's gateway, its head from the vault.
 *
 * @throws BackupEngineError `no-repository`, `wrong-key`, `damaged` …; VaultClientError; VaultDeviceError `wrong-key`
 */
export async function openVaultRepository(
  account: DeviceAccount,
  options: VaultRepositoryOptions,
): Promise<Repository> {
  const signer = new OwnerSigner(account, options.backupKey);
  const granted = vaultStore(account, signer);
  const store = options.limiter?.(granted) ?? granted;
  const repositoryId = await findRepository(store, deriveKeyId(options.backupKey), options.repositoryId);
  return Repository.open(engineOptions(account, options, { signer, store }, repositoryId), repositoryId);
}

/**
 * Opens the account's repository, or makes it where this key opens none yet. What an interrupted attempt left is passed over.
 *
 * @returns the repository, and whether it was made now
 * @throws as `openVaultRepository` and `createVaultRepository`
 */
export async function ensureVaultRepository(
  account: DeviceAccount,
  options: VaultRepositoryOptions,
): Promise<{ readonly repository: Repository; readonly isNew: boolean }> {
  try {
    return { repository: await openVaultRepository(account, options), isNew: false };
  } catch (error) {
    // `wrong-key`: there are repositories, all of them under other keys or never finished.
    const isNone = error instanceof BackupEngineError && (error.code === 'no-repository' || error.code === 'wrong-key');
    if (!isNone) throw error;
    return { repository: await createVaultRepository(account, options), isNew: true };
  }
}

/**
 * Registers a new repository with the vault and writes its config and first keyring.
 *
 * @throws VaultClientError; BackupEngineError
 */
export async function createVaultRepository(
  account: DeviceAccount,
  options: VaultRepositoryOptions,
): Promise<Repository> {
  const signer = new OwnerSigner(account, options.backupKey);
  const repositoryId = options.repositoryId ?? newRepositoryId();
  await account.client.createRepository({
    body: await signer.vaultStatement('create-repository', { repositoryId, keyId: signer.keyId }),
  });
  const parts = { signer, store: vaultStore(account, signer) };
  return Repository.create(engineOptions(account, options, parts, repositoryId), repositoryId);
}

function engineOptions(
  account: DeviceAccount,
  { backupKey, platform, memory }: VaultRepositoryOptions,
  { signer, store }: { readonly signer: OwnerSigner; readonly store: ObjectStore },
  repositoryId: Uint8Array,
) {
  return {
    store: repositoryStore(store, repositoryId),
    backupKey,
    platform,
    headKeeper: new VaultHeadKeeper(account.client, toBase64Url(repositoryId)),
    remover: new VaultRemover(account, signer, toBase64Url(repositoryId)),
    proofTaker: { take: async (proof: ProofOfRestorability) => void (await submitProof(account, signer, proof)) },
    clock: account.clock,
    ...(memory === undefined ? {} : { memory }),
  };
}
