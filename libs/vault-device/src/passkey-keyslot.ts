import type { Keyslot, PasskeyWrap as KeptPasskey } from '@coffer/contracts';
import { wipe } from '@coffer/crypto';
import {
  deriveKeyId,
  openForPasskey,
  sealForPasskey,
  type BackupKey,
  type KeyId,
  type PasskeyKeyslot,
  type PrfOutput,
} from '@coffer/device-crypto';
import type { PasskeyWrap } from '@coffer/evidence';
import { equalBytes, fromBase64Url } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { VaultDeviceError } from './errors';
import { OwnerSigner } from './owner-signer';
import { copyPasskeyWrap, listPasskeyCopies, repositoriesOf } from './passkey-copies';

/** Where a passkey lives and what it is asked. */
export type PasskeyPlace = Pick<PasskeyWrap, 'rpId' | 'credentialId' | 'prfSalt'>;

/** A passkey keyslot that was added. */
export interface AddedPasskey {
  readonly keyslot: Keyslot;
  /** Repositories that could not take a copy of the wrap now. The keyslot works without. */
  readonly missingCopies: number;
}

/** The wraps of the account's passkeys that were made for `rpId`. @throws VaultClientError */
export async function listPasskeys({ client }: DeviceAccount, rpId: string): Promise<readonly PasskeyWrap[]> {
  const { passkeys } = await client.listPasskeys();
  return passkeys.filter((passkey) => passkey.rpId === rpId).map(wrapOf);
}

/** A wrap as it is signed, from one as the vault lists it. */
export function wrapOf({ rpId, credentialId, prfSalt, sealedBackupKey }: KeptPasskey): PasskeyWrap {
  return {
    ...{ rpId, credentialId: fromBase64Url(credentialId) },
    ...{ prfSalt: fromBase64Url(prfSalt), sealedBackupKey: fromBase64Url(sealedBackupKey) },
  };
}

/**
 * Seals the account's backup key under what a passkey gave. Nothing is sent.
 *
 * @param output - taken over: overwritten
 * @throws VaultDeviceError `wrong-key` where this is not the account's key
 */
export function sealPasskey(
  account: DeviceAccount,
  backupKey: BackupKey,
  place: PasskeyPlace,
  output: PrfOutput,
): PasskeyWrap {
  try {
    const { keyId } = new OwnerSigner(account, backupKey);
    return { ...place, sealedBackupKey: sealForPasskey(output, keyslotOf(account, place, keyId), backupKey) };
  } finally {
    wipe(output);
  }
}

/**
 * Takes a passkey along to the next backup key: what it gave must open the wrap of the current key, which shows that it gives the
 * same again, and then seals the next one. Nothing is sent.
 *
 * @param output - what the passkey gave for `wrap`; taken over: overwritten
 * @throws DeviceCryptoError `wrong-passkey`; VaultDeviceError `wrong-key` where the wrap holds another key than the account's
 */
export function resealPasskey(
  account: DeviceAccount,
  keys: { readonly current: BackupKey; readonly next: BackupKey },
  wrap: PasskeyWrap,
  output: PrfOutput,
): PasskeyWrap {
  try {
    const current = new OwnerSigner(account, keys.current);
    const opened = openForPasskey(output, keyslotOf(account, wrap, current.keyId), wrap.sealedBackupKey);
    const isOwn = equalBytes(opened, keys.current);
    wipe(opened);
    if (!isOwn) throw new VaultDeviceError('wrong-key', 'This passkey opens another key than the one of this account.');
    const { rpId, credentialId, prfSalt } = wrap;
    const sealed = sealForPasskey(output, keyslotOf(account, wrap, deriveKeyId(keys.next)), keys.next);
    return { rpId, credentialId, prfSalt, sealedBackupKey: sealed };
  } finally {
    wipe(output);
  }
}

/**
 * Adds a passkey keyslot, after the wrap was opened with a second evaluation: what the passkey does not give again is never relied
 * on. Then copies the wrap to every repository of the key.
 *
 * @param again - taken over: overwritten
 * @throws DeviceCryptoError `wrong-passkey` where the second evaluation gives something else, and nothing was sent;
 *   VaultDeviceError `wrong-key`; VaultClientError `last-keyslot`, `already-exists`, `too-many-keyslots`
 */
export async function activatePasskey(
  account: DeviceAccount,
  backupKey: BackupKey,
  wrap: PasskeyWrap,
  again: PrfOutput,
): Promise<AddedPasskey> {
  const signer = new OwnerSigner(account, backupKey);
  wipe(open(account, wrap, signer.keyId, again));
  const body = { keyId: signer.keyId, ...wrap };
  const repositories = await repositoriesOf(account, signer);
  const keyslot = await account.client.activatePasskey({
    body: await signer.vaultStatement('activate-passkey', body),
  });
  return { keyslot, missingCopies: await copyPasskeyWrap(account, signer, wrap, repositories) };
}

/**
 * The wraps that may open one backup with a passkey of `rpId`: those that the vault lists; where it lists none, as after a loss, the
 * copies that lie beside the backup.
 *
 * @param repository - as the vault lists it
 * @throws VaultClientError; ObjectStoreError
 */
export async function findPasskeys(
  account: DeviceAccount,
  repository: { readonly repositoryId: string; readonly keyId: string },
  rpId: string,
): Promise<readonly PasskeyWrap[]> {
  const listed = await listPasskeys(account, rpId);
  return listed.length > 0 ? listed : listPasskeyCopies(account, repository, rpId);
}

/**
 * Gets the backup key back with a passkey. Costs no guess.
 *
 * @param wraps - as `findPasskeys` found them: none is trusted
 * @param output - what the passkey of `credentialId` gave for its wrap; taken over: overwritten
 * @throws VaultDeviceError `no-keyslot` where the passkey is not among them, `wrong-key`; DeviceCryptoError `wrong-passkey`,
 *   `damaged`
 */
export function recoverByPasskey(
  account: DeviceAccount,
  wraps: readonly PasskeyWrap[],
  credentialId: Uint8Array,
  output: PrfOutput,
): BackupKey {
  try {
    const wrap = wraps.find((candidate) => equalBytes(candidate.credentialId, credentialId));
    if (wrap === undefined || account.keyId === null) {
      throw new VaultDeviceError('no-keyslot', 'This passkey opens no backup of this account any more.');
    }
    const backupKey = open(account, wrap, account.keyId, output);
    // Recomputes key id and owner key: what opened must be the account's own.
    new OwnerSigner(account, backupKey);
    return backupKey;
  } finally {
    wipe(output);
  }
}

function open(account: DeviceAccount, wrap: PasskeyWrap, keyId: KeyId, output: PrfOutput): BackupKey {
  try {
    return openForPasskey(output, keyslotOf(account, wrap, keyId), wrap.sealedBackupKey);
  } finally {
    wipe(output);
  }
}

function keyslotOf({ issuer, subject }: DeviceAccount, place: PasskeyPlace, keyId: KeyId): PasskeyKeyslot {
  const { rpId, credentialId, prfSalt } = place;
  return { account: { issuer, subject }, keyId, rpId, credentialId, prfSalt };
}
