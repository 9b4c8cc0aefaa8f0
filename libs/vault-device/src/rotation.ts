import { BackupEngineError, prepareRotation, type DeviceMemory, type EnginePlatform } from '@coffer/backup-engine';
import { deriveKeyId, deriveOwnerKey, type BackupKey } from '@coffer/device-crypto';
import type { RotatedHead, RotationBody, RotationKeyslot } from '@coffer/evidence';
import { equalBytes, fromBase64Url, toBase64Url, toHex } from '@coffer/foundation';
import { VaultClientError } from '@coffer/vault-client';
import { readOwnerAgain, type DeviceAccount } from './device-account';
import { VaultDeviceError } from './errors';
import { OwnerSigner } from './owner-signer';
import { openVaultRepository } from './vault-repository';

/** The steps of docs/protocol.md, "Rotation of K", each named when it is over. */
export type RotationStep = 'repositories-prepared' | 'keyslots-proven' | 'rotated';

/** What a rotation is made of. */
export interface AccountRotation {
  readonly current: BackupKey;
  /** Kept on the device's disk before this begins; the same one again where a rotation was interrupted. */
  readonly next: BackupKey;
  readonly platform: EnginePlatform;
  readonly memory?: DeviceMemory;
  /** Proves the new keyslots. Called once, after the repositories are prepared. */
  readonly prove: () => Promise<readonly RotationKeyslot[]>;
  readonly onStep?: (step: RotationStep) => void;
}

const mostAttempts = 8;

/** Something else came first: what the call was made of is read again. */
const raced: readonly string[] = ['head-behind', 'rotation-behind'];

/**
 * Replaces the backup key of the account: prepares every repository, proves the new keyslots, and hands over in one call.
 * Before that call everything works as before, after it everything is new; interrupted anywhere it may be run again.
 *
 * @returns the account under its new owner, and packs that were lost before
 * @throws VaultDeviceError `wrong-key`, `not-rotated` after eight lost races; VaultClientError `wrong-owner-generation` where
 *   another device rotated first, `registration-expired` …; BackupEngineError; whatever `prove` throws
 */
export async function rotateAccount(
  account: DeviceAccount,
  rotation: AccountRotation,
): Promise<{ readonly account: DeviceAccount; readonly missingPacks: number }> {
  const { next, onStep = () => undefined } = rotation;
  let prepared = await prepareAll(account, rotation);
  onStep('repositories-prepared');
  const activated = await rotation.prove();
  onStep('keyslots-proven');
  for (let attempt = 1; ; attempt++) {
    if (await handOver(account, rotation, prepared.heads, activated)) break;
    if (attempt === mostAttempts) {
      throw new VaultDeviceError(
        'not-rotated',
        'Other devices changed the account again and again. The former key is still in force and nothing was lost; try again.',
      );
    }
    prepared = await prepareAll(account, rotation);
  }
  onStep('rotated');
  const rotated = await readOwnerAgain(account);
  // What is in force now must open, and the device remembers its heads: nothing older is believed from here on.
  for (const { repositoryId, head } of prepared.heads) {
    if (head === null) continue;
    const repository = await openVaultRepository(rotated, { ...engineParts(rotation), backupKey: next, repositoryId });
    await repository.head();
  }
  return { account: rotated, missingPacks: prepared.missingPacks };
}

/** @returns whether the new key is in force; false where another device came first with something that can be built upon */
async function handOver(
  account: DeviceAccount,
  { current, next }: AccountRotation,
  heads: readonly RotatedHead[],
  activated: readonly RotationKeyslot[],
): Promise<boolean> {
  const signer = new OwnerSigner(account, current);
  const { keyslots } = await account.client.listKeyslots();
  const owner = deriveOwnerKey(next);
  const body: RotationBody = {
    ownerPublicKey: signer.publicKey,
    newOwnerPublicKey: owner.publicKey,
    newKeyId: deriveKeyId(next),
    heads,
    activated,
    removed: keyslots.filter(({ state }) => state === 'active').map(({ keyslotId }) => keyslotId),
  };
  try {
    await account.client.rotate({ body: await signer.coSignedStatement('rotate', body, owner) });
    return true;
  } catch (error) {
    if (!(error instanceof VaultClientError)) throw error;
    if (raced.includes(error.code)) return false;
    // The answer may have been lost after the act, and what was sent once more found it done.
    if (await isOwnedBy(account, owner.publicKey)) return true;
    throw error;
  }
}

/** @returns false also where the vault does not answer: the call's own error says more */
async function isOwnedBy(account: DeviceAccount, publicKey: Uint8Array): Promise<boolean> {
  try {
    const { ownerPublicKey } = await readOwnerAgain(account);
    return ownerPublicKey !== null && equalBytes(ownerPublicKey, publicKey);
  } catch (error) {
    if (error instanceof VaultClientError) return false;
    throw error;
  }
}

async function prepareAll(
  account: DeviceAccount,
  rotation: AccountRotation,
): Promise<{ readonly heads: readonly RotatedHead[]; readonly missingPacks: number }> {
  const keyIdHex = toHex(deriveKeyId(rotation.current));
  const { repositories } = await account.client.listRepositories();
  const heads: RotatedHead[] = [];
  let missingPacks = 0;
  for (const { repositoryId } of repositories.filter(({ keyId }) => keyId === keyIdHex)) {
    const prepared = await prepareOne(account, rotation, fromBase64Url(repositoryId));
    heads.push(prepared.head);
    missingPacks += prepared.missingPacks;
  }
  return { heads, missingPacks };
}

async function prepareOne(
  account: DeviceAccount,
  rotation: AccountRotation,
  repositoryId: Uint8Array,
): Promise<{ readonly head: RotatedHead; readonly missingPacks: number }> {
  const options = { ...engineParts(rotation), backupKey: rotation.current, repositoryId };
  try {
    const repository = await openVaultRepository(account, options);
    const { previous, next, missingPacks } = await prepareRotation(repository, rotation.next);
    return {
      head: { repositoryId, expected: previous?.hash ?? null, head: next?.signed ?? null },
      missingPacks,
    };
  } catch (error) {
    // Registered with the vault, and never written: a set-up was interrupted there. Only its row goes to the new key.
    const isEmpty =
      error instanceof BackupEngineError && (error.code === 'no-repository' || error.code === 'wrong-key');
    const params = { repositoryId: toBase64Url(repositoryId) };
    if (!isEmpty || (await account.client.getHead({ params })).data.head !== null) throw error;
    return { head: { repositoryId, expected: null, head: null }, missingPacks: 0 };
  }
}

function engineParts({ platform, memory }: AccountRotation) {
  return { platform, ...(memory === undefined ? {} : { memory }) };
}
