import {
  opaqueMessageBytes,
  requireArgon2Parameters,
  type Argon2Parameters,
  type Branded,
  type OpaqueIdentities,
} from '@coffer/crypto';
import { equalBytes, fromBase64Url, requireBytes, toBase64Url } from '@coffer/foundation';

import { DeviceCryptoError } from './errors';
import { exportKeyBytes, type ExportKey } from './key-hierarchy';
import { loadOpaqueClient } from './opaque-library';
import type { PreparedPassword } from './opaque-string';

/** What a device keeps between the two steps of a registration. Secret; it lives in memory only. */
export type RegistrationState = Branded<'OPAQUE registration state'>;
/** What a device keeps between the two steps of a recovery. Secret; it lives in memory only. */
export type RecoveryState = Branded<'OPAQUE recovery state'>;

/** What both finishing steps need besides the server's message. */
export interface KeyslotAgreement {
  readonly password: PreparedPassword;
  /** As the server names it; range-checked here, and bound by `identities`. */
  readonly ksf: Argon2Parameters;
  /** Made by `opaqueIdentities` of `@coffer/crypto`. */
  readonly identities: OpaqueIdentities;
  /** The server's static public key of deployment.json or of the emergency kit, 32 bytes. */
  readonly pinnedServerPublicKey: Uint8Array;
}

/** Begins the registration of a password keyslot (RFC 9807, section 5.2.1). @returns `request`: 32 bytes for the vault */
export async function startPasswordRegistration(
  password: PreparedPassword,
): Promise<{ readonly request: Uint8Array<ArrayBuffer>; readonly state: RegistrationState }> {
  const client = await loadOpaqueClient();
  const { registrationRequest, clientRegistrationState } = client.startRegistration({ password });
  return {
    request: fromBase64Url(registrationRequest),
    state: fromBase64Url(clientRegistrationState) as RegistrationState,
  };
}

/**
 * Ends the registration (RFC 9807, section 5.2.3). Takes a fifth of a second and the memory that `ksf` names.
 *
 * @param response - 64 bytes from the vault
 * @returns `record`: 192 bytes for the vault; `exportKey`: seals the backup key, never leaves the device
 * @throws CryptoError `parameters-out-of-range`; DeviceCryptoError `server-key-mismatch`, `malformed-message`; all before
 *   anything is derived from the password
 */
export async function finishPasswordRegistration(
  state: RegistrationState,
  response: Uint8Array,
  agreement: KeyslotAgreement,
): Promise<{ readonly record: Uint8Array<ArrayBuffer>; readonly exportKey: ExportKey }> {
  const ksf = requireArgon2Parameters(agreement.ksf);
  requireMessage(response, opaqueMessageBytes.registrationResponse);
  requirePinned(response.subarray(32), agreement);
  const client = await loadOpaqueClient();
  const finished = guarded(() =>
    client.finishRegistration({
      password: agreement.password,
      registrationResponse: toBase64Url(response),
      clientRegistrationState: toBase64Url(state),
      identifiers: { client: agreement.identities.client, server: agreement.identities.server },
      keyStretching: stretching(ksf),
    }),
  );
  requirePinned(fromBase64Url(finished.serverStaticPublicKey), agreement);
  return { record: fromBase64Url(finished.registrationRecord), exportKey: exportKeyOf(finished.exportKey) };
}

/** Begins a recovery (RFC 9807, section 6.2.1). @returns `ke1`: 96 bytes for the vault, which count as a guess there */
export async function startPasswordRecovery(
  password: PreparedPassword,
): Promise<{ readonly ke1: Uint8Array<ArrayBuffer>; readonly state: RecoveryState }> {
  const client = await loadOpaqueClient();
  const { startLoginRequest, clientLoginState } = client.startLogin({ password });
  return { ke1: fromBase64Url(startLoginRequest), state: fromBase64Url(clientLoginState) as RecoveryState };
}

/**
 * Ends a recovery (RFC 9807, section 6.2.3).
 *
 * @param ke2 - 320 bytes from the vault
 * @returns `ke3`: 64 bytes for the vault, which prove the password; `exportKey` opens the sealed backup key; `sessionKey`: 64
 *   bytes shared with the vault
 * @throws DeviceCryptoError `wrong-password` where KE2 does not open: another password, account, serial, work or vault;
 *   `server-key-mismatch`; `malformed-message`. CryptoError `parameters-out-of-range`
 */
export async function finishPasswordRecovery(
  state: RecoveryState,
  ke2: Uint8Array,
  agreement: KeyslotAgreement,
): Promise<{
  readonly ke3: Uint8Array<ArrayBuffer>;
  readonly exportKey: ExportKey;
  readonly sessionKey: Uint8Array<ArrayBuffer>;
}> {
  const ksf = requireArgon2Parameters(agreement.ksf);
  requireMessage(ke2, opaqueMessageBytes.ke2);
  requireBytes(agreement.pinnedServerPublicKey, 32, 'pinned server public key');
  const client = await loadOpaqueClient();
  const finished = guarded(() =>
    client.finishLogin({
      password: agreement.password,
      loginResponse: toBase64Url(ke2),
      clientLoginState: toBase64Url(state),
      identifiers: { client: agreement.identities.client, server: agreement.identities.server },
      keyStretching: stretching(ksf),
    }),
  );
  if (finished === undefined) {
    throw new DeviceCryptoError('wrong-password', 'this password does not open the keyslot; the backup is untouched');
  }
  requirePinned(fromBase64Url(finished.serverStaticPublicKey), agreement);
  return {
    ke3: fromBase64Url(finished.finishLoginRequest),
    exportKey: exportKeyOf(finished.exportKey),
    sessionKey: fromBase64Url(finished.sessionKey),
  };
}

function stretching(ksf: Argon2Parameters): {
  'argon2id-custom': { iterations: number; memory: number; parallelism: number };
} {
  return {
    'argon2id-custom': { iterations: ksf.iterations, memory: ksf.memoryKiB, parallelism: ksf.parallelism },
  };
}

function requireMessage(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new DeviceCryptoError('malformed-message', `the vault's answer must have ${length} bytes`);
  }
}

function requirePinned(publicKey: Uint8Array, agreement: KeyslotAgreement): void {
  if (!equalBytes(publicKey, requireBytes(agreement.pinnedServerPublicKey, 32, 'pinned server public key'))) {
    throw new DeviceCryptoError(
      'server-key-mismatch',
      'the vault shows another key than the one this device knows; nothing was sent, and nothing may be sent: ask the operator',
    );
  }
}

function guarded<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new DeviceCryptoError('malformed-message', "the vault's answer is no OPAQUE message", { cause });
  }
}

function exportKeyOf(text: string): ExportKey {
  return requireBytes(fromBase64Url(text), exportKeyBytes, 'export key') as ExportKey;
}
