import { ristretto255, ristretto255_hasher, ristretto255_oprf, x25519 } from '@noble/curves/ed25519.js';
import { p256, p256_hasher, p256_oprf } from '@noble/curves/nist.js';
import { extract, expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

import { utf8 } from '@coffer/foundation';

/** A key pair of the key exchange. */
export interface TwinKeys {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What one configuration of RFC 9807 (section 7) is made of. */
export interface TwinSuite {
  /** Output of the hash, of the MAC and of HKDF-Extract in bytes. */
  readonly hashBytes: number;
  /** An element of the OPRF's group in bytes. */
  readonly elementBytes: number;
  /** A public key of the key exchange in bytes. */
  readonly publicKeyBytes: number;
  hash(message: Uint8Array): Uint8Array;
  mac(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** HKDF-Extract without salt. */
  extract(ikm: Uint8Array): Uint8Array;
  expand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** RFC 9497, section 3.3.1: the element of `input`, times the scalar `blind`. */
  blind(input: Uint8Array, blind: Uint8Array): Uint8Array;
  evaluate(secretKey: Uint8Array, element: Uint8Array): Uint8Array;
  finalize(input: Uint8Array, blind: Uint8Array, evaluated: Uint8Array): Uint8Array;
  /** RFC 9497, section 3.2.1. */
  deriveOprfKey(seed: Uint8Array, info: string): Uint8Array;
  /** RFC 9807, section 6.4.1: DeriveDiffieHellmanKeyPair. */
  deriveKeys(seed: Uint8Array): TwinKeys;
  diffieHellman(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
}

const dhInfo = 'OPAQUE-DeriveDiffieHellmanKeyPair';
const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const bigEndian = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** OPRF and key exchange over ristretto255 with SHA-512: the configuration of this project. */
export const ristrettoSuite: TwinSuite = {
  ...{ hashBytes: 64, elementBytes: 32, publicKeyBytes: 32 },
  hash: (message) => sha512(message),
  mac: (key, message) => hmac(sha512, key, message),
  extract: (ikm) => extract(sha512, ikm),
  expand: (key, info, length) => expand(sha512, key, info, length),
  blind: (input, blind) =>
    ristretto255_hasher
      .hashToCurve(input, { DST: utf8('HashToGroup-OPRFV1-\0-ristretto255-SHA512') })
      .multiply(littleEndian(blind))
      .toBytes(),
  evaluate: (secretKey, element) => ristretto255_oprf.oprf.blindEvaluate(secretKey, element),
  finalize: (input, blind, evaluated) => ristretto255_oprf.oprf.finalize(input, blind, evaluated),
  deriveOprfKey: (seed, info) => ristretto255_oprf.oprf.deriveKeyPair(seed, utf8(info)).secretKey,
  deriveKeys: (seed) => ristretto255_oprf.oprf.deriveKeyPair(seed, utf8(dhInfo)),
  diffieHellman: (secretKey, publicKey) =>
    ristretto255.Point.fromBytes(publicKey).multiply(littleEndian(secretKey)).toBytes(),
};

/** As the first, with the key exchange over Curve25519 (RFC 7748). */
export const curve25519Suite: TwinSuite = {
  ...ristrettoSuite,
  deriveKeys: (seed) => {
    const secretKey = clamped(seed);
    return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
  },
  diffieHellman: (secretKey, publicKey) => x25519.getSharedSecret(secretKey, publicKey),
};

/** OPRF and key exchange over P-256 with SHA-256. */
export const p256Suite: TwinSuite = {
  ...{ hashBytes: 32, elementBytes: 33, publicKeyBytes: 33 },
  hash: (message) => sha256(message),
  mac: (key, message) => hmac(sha256, key, message),
  extract: (ikm) => extract(sha256, ikm),
  expand: (key, info, length) => expand(sha256, key, info, length),
  blind: (input, blind) =>
    p256_hasher
      .hashToCurve(input, { DST: utf8('HashToGroup-OPRFV1-\0-P256-SHA256') })
      .multiply(bigEndian(blind))
      .toBytes(),
  evaluate: (secretKey, element) => p256_oprf.oprf.blindEvaluate(secretKey, element),
  finalize: (input, blind, evaluated) => p256_oprf.oprf.finalize(input, blind, evaluated),
  deriveOprfKey: (seed, info) => p256_oprf.oprf.deriveKeyPair(seed, utf8(info)).secretKey,
  deriveKeys: (seed) => p256_oprf.oprf.deriveKeyPair(seed, utf8(dhInfo)),
  diffieHellman: (secretKey, publicKey) => p256.Point.fromBytes(publicKey).multiply(bigEndian(secretKey)).toBytes(),
};

function clamped(seed: Uint8Array): Uint8Array {
  const secretKey = Uint8Array.from(seed);
  secretKey[0]! &= 248;
  secretKey[31] = (secretKey[31]! & 127) | 64;
  return secretKey;
}
