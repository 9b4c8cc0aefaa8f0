import { ed25519 } from '@noble/curves/ed25519.js';

import { requireBytes } from '@coffer/foundation';

import type { Branded } from './brand';
import { findPlatformEd25519 } from './platform-ed25519';
import { randomBytes } from './random';

/** Length of an Ed25519 seed (the private key of RFC 8032) in bytes. */
export const signingSeedBytes = 32;
/** Length of an Ed25519 public key in bytes. */
export const signingPublicKeyBytes = 32;
/** Length of an Ed25519 signature in bytes. */
export const signatureBytes = 64;

const platform = findPlatformEd25519();

/** The 32-byte secret of an Ed25519 key pair. */
export type SigningSeed = Branded<'signing seed'>;

/** A new secret from the platform's generator. */
export function generateSigningSeed(): SigningSeed {
  return randomBytes(signingSeedBytes) as SigningSeed;
}

/** Names 32 bytes a signing seed. @throws EncodingError `invalid-length` */
export function requireSigningSeed(bytes: Uint8Array): SigningSeed {
  return requireBytes(bytes, signingSeedBytes, 'signing seed') as SigningSeed;
}

/** The 32-byte public key of a seed (RFC 8032, section 5.1.5). */
export function signingPublicKey(seed: SigningSeed): Uint8Array<ArrayBuffer> {
  const secret = requireSigningSeed(seed);
  return platform?.publicKey(secret) ?? ed25519.getPublicKey(secret);
}

/** Ed25519 signature of 64 bytes, deterministic (RFC 8032, section 5.1.6). */
export function sign(seed: SigningSeed, message: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes(message, undefined, 'message');
  const secret = requireSigningSeed(seed);
  return platform?.sign(secret, message) ?? ed25519.sign(message, secret);
}

/**
 * Verifies an Ed25519 signature by the strict rules of FIPS 186-5 and RFC 8032: canonical encodings only, S below the order,
 * no public key of small order. Anything that is no such signature, wrong lengths included, is simply not valid. The verdict is the
 * same everywhere: what the platform accepts for certain is taken, everything else is judged by one library.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  requireBytes(message, undefined, 'message');
  if (publicKey.length !== signingPublicKeyBytes || signature.length !== signatureBytes) return false;
  if (platform?.surelyAccepts(publicKey, message, signature) === true) return true;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    // A public key that is no curve point makes the library throw: the answer is still "not valid".
    return false;
  }
}
