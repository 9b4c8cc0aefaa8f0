import type { ActivatedKeyslot, Ksf, Registration } from '@coffer/contracts';
import { opaqueIdentities, sha256 } from '@coffer/crypto';
import {
  finishPasswordRecovery,
  finishPasswordRegistration,
  preparePassword,
  sealBackupKey,
  startPasswordRecovery,
  startPasswordRegistration,
  type BackupKey,
  type KeyId,
  type KeyslotAgreement,
  type PasswordKeyslot,
  type PreparedPassword,
} from '@coffer/device-crypto';
import { fromBase64Url, newUuid, toBase64Url } from '@coffer/foundation';
import type { DeviceAccount } from './device-account';
import { OwnerSigner } from './owner-signer';

/**
 * Makes a password keyslot in two phases (docs/protocol.md): the record is stored as pending, and only a full recovery with
 * the same password makes it active. An earlier password keyslot works until that moment and is shredded in it.
 *
 * @param password - as it was typed; prepared by RFC 8265 OpaqueString here
 * @param terms.newStartId - the open new start under which it is made, in place of the owner's signature
 * @throws DeviceCryptoError `server-key-mismatch` and faults of the password; VaultClientError
 */
export async function registerPassword(
  account: DeviceAccount,
  backupKey: BackupKey,
  password: string,
  terms: { readonly newStartId?: string } = {},
): Promise<ActivatedKeyslot> {
  const prepared = preparePassword(password);
  const signer = new OwnerSigner(account, backupKey);
  const previousSerial = await activeSerial(account);
  const { request, state } = await startPasswordRegistration(prepared);
  const registration = await account.client.openRegistration({
    body:
      account.ownerGeneration === 0 || terms.newStartId !== undefined
        ? { registrationRequest: toBase64Url(request), ...terms }
        : await signer.vaultStatement('register-password', { registrationRequest: request }, { previousSerial }),
  });
  const agreement = agree(account, registration, prepared);
  const response = fromBase64Url(registration.registrationResponse);
  const { record, exportKey } = await finishPasswordRegistration(state, response, agreement);
  const sealedBackupKey = sealBackupKey(exportKey, keyslotOf(account, registration, signer.keyId), backupKey);
  const { registrationId, serial, ksf } = registration;
  const body = { registrationId, ownerPublicKey: signer.publicKey, keyId: signer.keyId, record, sealedBackupKey, ksf };
  await account.client.putRecord({
    params: { registrationId },
    body: await signer.vaultStatement('password-record', body, { serial, previousSerial }),
  });
  return confirm(account, signer, registration, agreement);
}

/** The full recovery that proves the pending record. */
async function confirm(
  account: DeviceAccount,
  signer: OwnerSigner,
  { registrationId, serial }: Registration,
  agreement: KeyslotAgreement,
): Promise<ActivatedKeyslot> {
  const { ke1, state } = await startPasswordRecovery(agreement.password);
  const loginId = newUuid();
  const statement = { registrationId, loginId, ke1Hash: sha256(ke1) };
  const { ke2 } = await account.client.startConfirmation({
    params: { registrationId },
    body: {
      loginId,
      ke1: toBase64Url(ke1),
      confirm: await signer.vaultStatement('password-confirm', statement, { serial }),
    },
  });
  const { ke3 } = await finishPasswordRecovery(state, fromBase64Url(ke2), agreement);
  return account.client.activateRegistration({
    params: { registrationId },
    body: { loginId, ke3: toBase64Url(ke3) },
  });
}

async function activeSerial(account: DeviceAccount): Promise<number> {
  const { keyslots } = await account.client.listKeyslots();
  return keyslots.find(({ kind, state }) => kind === 'password' && state === 'active')?.serial ?? 0;
}

interface RecordTerms {
  readonly serial: number;
  readonly ksf: Ksf;
}

/** Everything that both ends must agree on before a password is used. */
export function agree(
  account: DeviceAccount,
  { serial, ksf }: RecordTerms,
  password: PreparedPassword,
): KeyslotAgreement {
  const { issuer, subject, vaultId, opaqueServerPublicKey } = account;
  return {
    password,
    ksf,
    identities: opaqueIdentities({ issuer, subject, serial, ksf }, vaultId),
    pinnedServerPublicKey: opaqueServerPublicKey,
  };
}

/** What the seal around the backup key is bound to. */
export function keyslotOf(account: DeviceAccount, { serial, ksf }: RecordTerms, keyId: KeyId): PasswordKeyslot {
  const { issuer, subject, vaultId } = account;
  return { account: { issuer, subject }, serial, vaultId, keyId, ksf };
}
