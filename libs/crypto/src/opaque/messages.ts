import { ristretto255 } from '@noble/curves/ed25519.js';

import type { Branded } from '../brand';
import { CryptoError } from '../errors';

/** Lengths of the OPAQUE messages of RFC 9807 with ristretto255 and SHA-512, in bytes. */
export const opaqueMessageBytes = {
  /** one blinded group element */
  registrationRequest: 32,
  /** evaluated element, server public key */
  registrationResponse: 64,
  /** client public key 32, masking key 64, envelope nonce 32, envelope tag 64 */
  registrationRecord: 192,
  /** blinded element 32, client nonce 32, client ephemeral public key 32 */
  ke1: 96,
  /** evaluated element 32, masking nonce 32, masked response 128, server nonce 32, ephemeral key 32, tag 64 */
  ke2: 320,
  /** client tag */
  ke3: 64,
} as const;

/** A decoded registration request: 32 bytes, a valid element. */
export type RegistrationRequest = Branded<'OPAQUE registration request'>;
/** A decoded registration record: 192 bytes, its public key a valid element. */
export type RegistrationRecord = Branded<'OPAQUE registration record'>;
/** A decoded first login message: 96 bytes, both elements valid. */
export type Ke1 = Branded<'OPAQUE KE1'>;
/** A third login message of the right length: 64 bytes. Whether it is the right one only the login state tells. */
export type Ke3 = Branded<'OPAQUE KE3'>;

const elementBytes = 32;

/** @throws CryptoError `malformed-message` unless it is one valid element other than the identity */
export function decodeRegistrationRequest(bytes: Uint8Array): RegistrationRequest {
  const message = requireLength(bytes, 'registrationRequest');
  requireElement(message, 0, 'registrationRequest');
  return message as RegistrationRequest;
}

/** @throws CryptoError `malformed-message` on another length or a public key that is no valid element */
export function decodeRegistrationRecord(bytes: Uint8Array): RegistrationRecord {
  const message = requireLength(bytes, 'registrationRecord');
  requireElement(message, 0, 'registrationRecord');
  return message as RegistrationRecord;
}

/**
 * Decodes KE1 before it costs anybody a guess: what passes here, the OPRF evaluates.
 *
 * @throws CryptoError `malformed-message` on another length, or a blinded element or ephemeral key that is no valid element
 */
export function decodeKe1(bytes: Uint8Array): Ke1 {
  const message = requireLength(bytes, 'ke1');
  requireElement(message, 0, 'ke1');
  requireElement(message, 64, 'ke1');
  return message as Ke1;
}

/** @throws CryptoError `malformed-message` on another length */
export function decodeKe3(bytes: Uint8Array): Ke3 {
  return requireLength(bytes, 'ke3') as Ke3;
}

function requireLength(bytes: Uint8Array, message: keyof typeof opaqueMessageBytes): Uint8Array<ArrayBuffer> {
  const expected = opaqueMessageBytes[message];
  if (!(bytes instanceof Uint8Array) || bytes.length !== expected) {
    throw new CryptoError('malformed-message', `OPAQUE ${message} must have ${expected} bytes`, {
      fields: { message },
    });
  }
  // A copy, so that what was checked is what is used.
  return bytes.slice();
}

function requireElement(bytes: Uint8Array, offset: number, message: string): void {
  try {
    const element = ristretto255.Point.fromBytes(bytes.subarray(offset, offset + elementBytes));
    if (!element.is0()) return;
  } catch (cause) {
    throw new CryptoError('malformed-message', `OPAQUE ${message} holds no valid group element`, {
      cause,
      fields: { message },
    });
  }
  throw new CryptoError('malformed-message', `OPAQUE ${message} holds the identity element`, { fields: { message } });
}
