import { ristretto255_hasher } from '@noble/curves/ed25519.js';

import { concatBytes, fromBase64Url, requireBytes, toBase64Url } from '@coffer/foundation';

import type { Branded } from '../brand';
import { CryptoError } from '../errors';
import { randomBytes } from '../random';
import type { OpaqueIdentities } from './identities';
import { loadOpaqueServer } from './library';
import {
  decodeRegistrationRecord,
  type Ke1,
  type Ke3,
  type RegistrationRecord,
  type RegistrationRequest,
} from './messages';

/** OPRF seed, server key pair and the key pair for unknown accounts, 128 bytes. A secret of the vault. */
export type OpaqueServerSetup = Branded<'OPAQUE server set-up'>;
/** What the server must keep between KE2 and KE3, 128 bytes. It equals a valid KE3: only ever stored sealed, never logged. */
export type OpaqueLoginState = Branded<'OPAQUE login state'>;

/** Length of {@link OpaqueServerSetup} in bytes. */
export const opaqueServerSetupBytes = 128;
/** Length of {@link OpaqueLoginState} in bytes. */
export const opaqueLoginStateBytes = 128;
/** Length of a record's salt in bytes: the library's `userIdentifier`, from which it derives the record's OPRF key. */
export const opaqueSaltBytes = 32;

/** How a login ended. `invalid` says that the password was wrong or the message forged: the two cannot be told apart. */
export type OpaqueLoginOutcome =
  | { readonly outcome: 'ok'; /** 64 bytes */ readonly sessionKey: Uint8Array<ArrayBuffer> }
  | { readonly outcome: 'invalid' };

/** A new set-up for a vault, made once and kept sealed. */
export async function createOpaqueServerSetup(): Promise<OpaqueServerSetup> {
  const server = await loadOpaqueServer();
  return fromBase64Url(server.createSetup()) as OpaqueServerSetup;
}

/** Names 128 bytes a set-up. @throws EncodingError `invalid-length` */
export function requireOpaqueServerSetup(bytes: Uint8Array): OpaqueServerSetup {
  return requireBytes(bytes, opaqueServerSetupBytes, 'OPAQUE server set-up') as OpaqueServerSetup;
}

/** Names 128 bytes a login state. @throws EncodingError `invalid-length` */
export function requireOpaqueLoginState(bytes: Uint8Array): OpaqueLoginState {
  return requireBytes(bytes, opaqueLoginStateBytes, 'OPAQUE login state') as OpaqueLoginState;
}

/** The 32-byte static public key that devices pin. @throws CryptoError `opaque-failed` on a damaged set-up */
export async function opaqueServerPublicKey(setup: OpaqueServerSetup): Promise<Uint8Array<ArrayBuffer>> {
  const server = await loadOpaqueServer();
  return fromBase64Url(guarded('set-up', () => server.getPublicKey(text(setup))));
}

/**
 * Evaluates the OPRF for a registration (RFC 9807, section 5.2.2).
 *
 * @param salt - 32 random bytes of this registration, never used for another one
 * @returns 64 bytes: evaluated element, server public key
 * @throws CryptoError `opaque-failed` on a damaged set-up
 */
export async function createOpaqueRegistrationResponse(input: {
  readonly setup: OpaqueServerSetup;
  readonly salt: Uint8Array;
  readonly request: RegistrationRequest;
}): Promise<Uint8Array<ArrayBuffer>> {
  const server = await loadOpaqueServer();
  const { registrationResponse } = guarded('registration request', () =>
    server.createRegistrationResponse({
      serverSetup: text(input.setup),
      userIdentifier: text(requireBytes(input.salt, opaqueSaltBytes, 'salt')),
      registrationRequest: text(input.request),
    }),
  );
  return fromBase64Url(registrationResponse);
}

/**
 * Evaluates the OPRF for a login and makes KE2 (RFC 9807, section 6.2.2). This is the guess: the caller has counted it before.
 *
 * @param salt - the 32 bytes that the record was registered under
 * @returns `ke2` of 320 bytes, and the state that KE3 is checked against
 * @throws CryptoError `opaque-failed` on a damaged set-up or record
 */
export async function startOpaqueLogin(input: {
  readonly setup: OpaqueServerSetup;
  readonly salt: Uint8Array;
  readonly record: RegistrationRecord;
  readonly ke1: Ke1;
  readonly identities: OpaqueIdentities;
}): Promise<{ readonly state: OpaqueLoginState; readonly ke2: Uint8Array<ArrayBuffer> }> {
  const server = await loadOpaqueServer();
  const { serverLoginState, loginResponse } = guarded('login start', () =>
    server.startLogin({
      serverSetup: text(input.setup),
      userIdentifier: text(requireBytes(input.salt, opaqueSaltBytes, 'salt')),
      registrationRecord: text(input.record),
      startLoginRequest: text(input.ke1),
      identifiers: { client: input.identities.client, server: input.identities.server },
    }),
  );
  return { state: fromBase64Url(serverLoginState) as OpaqueLoginState, ke2: fromBase64Url(loginResponse) };
}

/**
 * Checks KE3 against the kept state (RFC 9807, section 6.2.4). The identities were bound by KE2 already.
 *
 * @throws CryptoError `opaque-failed` on a state of another form
 */
export async function finishOpaqueLogin(state: OpaqueLoginState, ke3: Ke3): Promise<OpaqueLoginOutcome> {
  const server = await loadOpaqueServer();
  const input = { serverLoginState: text(requireOpaqueLoginState(state)), finishLoginRequest: text(ke3) };
  try {
    return { outcome: 'ok', sessionKey: fromBase64Url(server.finishLogin(input).sessionKey) };
  } catch (cause) {
    // Both inputs have their right length, so what the library still refuses is the tag; it says so by the name of the step.
    if (cause instanceof Error && cause.message.includes('finish server login')) return { outcome: 'invalid' };
    throw new CryptoError('opaque-failed', 'the OPAQUE login state does not decode', { cause });
  }
}

/**
 * A record that belongs to nobody: a random public key, masking key and envelope of the usual 192 bytes. A vault keeps one for
 * accounts without a password keyslot, so that their guesses run through the same code (RFC 9807, section 10.9).
 */
export function createDummyOpaqueRecord(): RegistrationRecord {
  const publicKey = ristretto255_hasher.hashToCurve(randomBytes(64)).toBytes();
  return decodeRegistrationRecord(concatBytes(publicKey, randomBytes(64), randomBytes(96)));
}

function guarded<Result>(step: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new CryptoError('opaque-failed', `OPAQUE ${step}: the library refused its stored input`, { cause });
  }
}

function text(bytes: Uint8Array): string {
  return toBase64Url(bytes);
}
