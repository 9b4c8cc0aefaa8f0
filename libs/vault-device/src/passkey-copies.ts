import { repositoryStore } from '@coffer/backup-engine';
import {
  BackupFormatError,
  decodeKeyslot,
  encodeKeyslot,
  formatLimits,
  objectIdBytes,
  objectPaths,
  objectPrefixes,
  passkeyParameters,
} from '@coffer/backup-format';
import { sha256 } from '@coffer/crypto';
import { decodeRepositoryBody, hashHead, signedStatementFromJson, type PasskeyWrap } from '@coffer/evidence';
import { equalBytes, fromBase64Url, fromHex, toHex } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';
import type { DeviceAccount } from './device-account';
import type { OwnerSigner } from './owner-signer';
import { vaultStore } from './vault-repository';

/** Copies that are looked at in one repository: no account has so many passkeys. */
const mostCopies = 100;

/** Where the copy of a wrap lies in a repository: the same place from whichever device (docs/format/v1.md). */
export function passkeyCopyPath(wrap: Pick<PasskeyWrap, 'sealedBackupKey'>): string {
  return objectPaths.keyslot(sha256(wrap.sealedBackupKey).slice(0, objectIdBytes));
}

/**
 * Copies a wrap to repositories, for the case that the vault loses it.
 *
 * @param repositories - of the signer's key, as `repositoriesOf` names them
 * @returns how many of them could not take it; the keyslot works without
 */
export async function copyPasskeyWrap(
  account: DeviceAccount,
  signer: OwnerSigner,
  wrap: PasskeyWrap,
  repositories: readonly string[],
): Promise<number> {
  const { rpId, credentialId, prfSalt, sealedBackupKey } = wrap;
  const copy = encodeKeyslot({
    ...{ kind: 'passkey', keyId: signer.keyId, createdAtMs: account.clock.nowMs() },
    parameters: { rpId, credentialId, prfSalt, sealedBackupKey },
  });
  const store = vaultStore(account, signer);
  let missing = 0;
  for (const repositoryId of repositories) {
    try {
      await repositoryStore(store, fromBase64Url(repositoryId)).put(passkeyCopyPath(wrap), copy);
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      if (error.code !== 'already-exists') missing++;
    }
  }
  return missing;
}

/**
 * The wraps of an address whose copies lie beside a backup: for a vault that has lost them. What is damaged there is passed over.
 *
 * @param repository - as the vault lists it; the copies of other keys in it are of no use any more
 * @throws VaultClientError; ObjectStoreError
 */
export async function listPasskeyCopies(
  account: DeviceAccount,
  repository: { readonly repositoryId: string; readonly keyId: string },
  rpId: string,
): Promise<readonly PasskeyWrap[]> {
  const store = repositoryStore(vaultStore(account), fromBase64Url(repository.repositoryId));
  const wraps: PasskeyWrap[] = [];
  for await (const { key } of store.list(objectPrefixes.keyslots, { limit: mostCopies })) {
    const wrap = readCopy(
      await store.get(key, { offset: 0, length: formatLimits.keyslotBytes }),
      fromHex(repository.keyId),
    );
    if (wrap?.rpId === rpId) wraps.push(wrap);
  }
  return wraps;
}

/** @returns undefined where it is no copy of a passkey's wrap for this key, or damaged */
function readCopy(bytes: Uint8Array, keyId: Uint8Array): PasskeyWrap | undefined {
  try {
    const keyslot = decodeKeyslot(bytes);
    const parameters = equalBytes(keyslot.keyId, keyId) ? passkeyParameters(keyslot) : undefined;
    return parameters === undefined ? undefined : { ...parameters };
  } catch (error) {
    if (error instanceof BackupFormatError) return undefined;
    throw error;
  }
}

/**
 * Deletes the copies of a wrap, before its keyslot goes: a passkey that is no way in any more must not find its wrap in a store. In a
 * repository that has no head yet nothing can be deleted, and the copy stays.
 *
 * @throws VaultClientError `head-behind` where another device finished a backup meanwhile; try again
 */
export async function deletePasskeyCopies(
  account: DeviceAccount,
  signer: OwnerSigner,
  wrap: Pick<PasskeyWrap, 'sealedBackupKey'>,
): Promise<void> {
  for (const repositoryId of await repositoriesOf(account, signer)) {
    const params = { repositoryId };
    const { head } = (await account.client.getHead({ params })).data;
    if (head === null) continue;
    const body = decodeRepositoryBody('head', signedStatementFromJson(head).body);
    const deletion = {
      ...{ repositoryId: fromBase64Url(repositoryId), headHash: hashHead(body) },
      ...{ pruneGeneration: body.pruneGeneration, paths: [passkeyCopyPath(wrap)] },
    };
    await account.client.deleteObjects({ params, body: await signer.vaultStatement('delete-objects', deletion) });
  }
}

/** The repositories of the signer's key, base64url. @throws VaultClientError */
export async function repositoriesOf(account: DeviceAccount, { keyId }: OwnerSigner): Promise<readonly string[]> {
  const { repositories } = await account.client.listRepositories();
  return repositories.filter((repository) => repository.keyId === toHex(keyId)).map(({ repositoryId }) => repositoryId);
}
