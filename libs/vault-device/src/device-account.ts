import type { Account, Deployment } from '@coffer/contracts';
import { parseKeyId, type KeyId } from '@coffer/device-crypto';
import { equalBytes, fromBase64Url, systemClock, type Clock } from '@coffer/foundation';
import type { VaultClient } from '@coffer/vault-client';
import { VaultDeviceError } from './errors';

/** A device's view of its vault and of its own account there: what every flow of this lib begins with. */
export interface DeviceAccount {
  readonly client: VaultClient;
  readonly clock: Clock;
  readonly accountId: string;
  readonly issuer: string;
  readonly subject: string;
  /** As deployment.json pins it. */
  readonly vaultId: string;
  /** 16 bytes. */
  readonly vaultIdBytes: Uint8Array;
  /** 32 bytes, pinned by deployment.json. */
  readonly opaqueServerPublicKey: Uint8Array;
  /** 0 while nobody has claimed the account. */
  readonly ownerGeneration: number;
  /** Null while nobody has claimed the account. */
  readonly keyId: KeyId | null;
  /** 32 bytes, Ed25519. */
  readonly ownerPublicKey: Uint8Array | null;
}

/**
 * Asks the vault for the account and compares the vault with what deployment.json pins.
 *
 * @throws VaultDeviceError `deployment-changed`; VaultClientError
 */
export async function openDeviceAccount(
  client: VaultClient,
  pinned: Pick<Deployment, 'vaultId' | 'opaqueServerPublicKey'>,
  clock: Clock = systemClock,
): Promise<DeviceAccount> {
  const account: Account = await client.getAccount();
  if (!equalBytes(fromBase64Url(account.vaultId), fromBase64Url(pinned.vaultId))) {
    throw new VaultDeviceError(
      'deployment-changed',
      'This vault is not the one that deployment.json names. Nothing secret was sent. Ask the operator before going on.',
    );
  }
  return {
    client,
    clock,
    accountId: account.accountId,
    issuer: account.issuer,
    subject: account.subject,
    vaultId: pinned.vaultId,
    vaultIdBytes: fromBase64Url(pinned.vaultId),
    opaqueServerPublicKey: fromBase64Url(pinned.opaqueServerPublicKey),
    ...ownerOf(account),
  };
}

/** The account with its owner asked for again: what was bound or rotated meanwhile shows. @throws VaultClientError */
export async function readOwnerAgain(account: DeviceAccount): Promise<DeviceAccount> {
  return { ...account, ...ownerOf(await account.client.getAccount()) };
}

function ownerOf(account: Account): Pick<DeviceAccount, 'ownerGeneration' | 'keyId' | 'ownerPublicKey'> {
  return {
    ownerGeneration: account.ownerGeneration,
    keyId: account.keyId === null ? null : parseKeyId(account.keyId),
    ownerPublicKey: account.ownerPublicKey === null ? null : fromBase64Url(account.ownerPublicKey),
  };
}
