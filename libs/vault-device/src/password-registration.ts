import type { ActivatedKeyslot, Ksf, Registration, SignedStatement as SignedStatementText } from '@coffer/contracts';
import { opaqueIdentities, sha256 } from '@coffer/crypto';
import {
  deriveKeyId,
  deriveOwnerKey,
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
import type { ActivatedPassword, PasswordConfirmBody, PasswordRecordBody } from '@coffer/evidence';
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
  const signer = new OwnerSigner(account, backupKey);
  const { agreement, registration, previousSerial, body } = await makeRecord(account, {
    ...{ signer, password, backupKey },
    ...terms,
  });
  const { registrationId, serial } = registration;
  await account.client.putRecord({
    params: { registrationId },
    body: await signer.vaultStatement('password-record', body, { serial, previousSerial }),
  });
  return confirm(account, registration, agreement, (statement) =>
    signer.vaultStatement('password-confirm', statement, { serial }),
  );
}

/**
 * Proves a password for the backup key that is to take the place of the current one (docs/protocol.md, "Rotation of K", 2). It
 * activates nothing: that is for the call that rotates, within the hour.
 *
 * @throws as `registerPassword`
 */
export async function proveRotationPassword(
  account: DeviceAccount,
  keys: { readonly current: BackupKey; readonly next: BackupKey },
  password: string,
): Promise<ActivatedPassword> {
  const signer = new OwnerSigner(account, keys.current);
  const made = await makeRecord(account, { signer, password, backupKey: keys.next });
  const { agreement, registration, previousSerial } = made;
  const { registrationId, serial } = registration;
  const next = deriveOwnerKey(keys.next);
  const body = { ...made.body, newOwnerPublicKey: next.publicKey };
  await account.client.putRotationRecord({
    params: { registrationId },
    body: await signer.coSignedStatement('rotation-record', body, next, { serial, previousSerial }),
  });
  // The account is still the former key's; only what is confirmed is signed by the next one.
  const nextSigner = new OwnerSigner({ ...account, ownerPublicKey: null }, keys.next);
  const proven = await confirm(account, registration, agreement, (statement) =>
    nextSigner.vaultStatement('password-confirm', statement, { serial }),
  );
  return { kind: 'password', registrationId, serial: proven.serial };
}

/** Opens a registration and makes its record, which seals `backupKey`. `signer` is the owner who asks for it. */
async function makeRecord(
  account: DeviceAccount,
  {
    signer,
    password,
    backupKey,
    ...terms
  }: {
    readonly signer: OwnerSigner;
    readonly password: string;
    readonly backupKey: BackupKey;
    readonly newStartId?: string;
  },
): Promise<{
  readonly agreement: KeyslotAgreement;
  readonly registration: Registration;
  readonly previousSerial: number;
  readonly body: PasswordRecordBody;
}> {
  const prepared = preparePassword(password);
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
  const keyId = deriveKeyId(backupKey);
  const sealedBackupKey = sealBackupKey(exportKey, keyslotOf(account, registration, keyId), backupKey);
  const { registrationId, ksf } = registration;
  const body = { registrationId, ownerPublicKey: signer.publicKey, keyId, record, sealedBackupKey, ksf };
  return { agreement, registration, previousSerial, body };
}

/** The full recovery that proves the pending record. */
async function confirm(
  account: DeviceAccount,
  { registrationId }: Registration,
  agreement: KeyslotAgreement,
  sign: (statement: PasswordConfirmBody) => Promise<SignedStatementText>,
): Promise<ActivatedKeyslot> {
  const { ke1, state } = await startPasswordRecovery(agreement.password);
  const loginId = newUuid();
  const { ke2 } = await account.client.startConfirmation({
    params: { registrationId },
    body: {
      loginId,
      ke1: toBase64Url(ke1),
      confirm: await sign({ registrationId, loginId, ke1Hash: sha256(ke1) }),
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
