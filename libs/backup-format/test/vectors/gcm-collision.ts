import { createCipheriv } from 'node:crypto';

import { fromHex, toHex } from '@coffer/foundation';

// Arithmetic in GF(2^128) as NIST SP 800-38D, 6.3 writes it: the first bit of a block is the coefficient of x^0.
const reduction = 0xe1n << 120n;
const one = 1n << 127n;
const blockBytes = 16;

/** AES-256-GCM under one key and nonce. */
export interface GcmKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
}

const numberOf = (block: Uint8Array): bigint => BigInt(`0x${toHex(block)}`);
const blockOf = (value: bigint): Uint8Array<ArrayBuffer> => fromHex(value.toString(16).padStart(2 * blockBytes, '0'));

function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = 127n; bit >= 0n; bit--) {
    if (((left >> bit) & 1n) === 1n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ reduction : shifted >> 1n;
  }
  return product;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = one;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square = multiply(square, square)) {
    if ((rest & 1n) === 1n) result = multiply(result, square);
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, (1n << 128n) - 2n);

/** The key stream that GCM XORs onto the plaintext. @param length - in bytes */
export function keyStream({ key, nonce }: GcmKey, length: number): Uint8Array {
  return createCipheriv('aes-256-ctr', key, Buffer.concat([nonce, Buffer.from([0, 0, 0, 2])])).update(
    Buffer.alloc(length),
  );
}

function hashKey({ key }: GcmKey): bigint {
  return numberOf(createCipheriv('aes-256-ecb', key, null).update(Buffer.alloc(blockBytes)));
}

function tagMask({ key, nonce }: GcmKey): bigint {
  const counter = Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])]);
  return numberOf(createCipheriv('aes-256-ecb', key, null).update(counter));
}

/** Tag of a ciphertext of whole blocks without associated data. */
function tagOf(gcm: GcmKey, ciphertext: Uint8Array): bigint {
  const subkey = hashKey(gcm);
  let state = 0n;
  for (let at = 0; at < ciphertext.length; at += blockBytes) {
    state = multiply(state ^ numberOf(ciphertext.subarray(at, at + blockBytes)), subkey);
  }
  return multiply(state ^ BigInt(8 * ciphertext.length), subkey) ^ tagMask(gcm);
}

/**
 * The block that gives a ciphertext the same tag under two keys. A tag is linear in each block of the ciphertext: block b of n
 * adds `b H^(n - index + 1)`, and of two such equations there is one solution.
 *
 * @param ciphertext - whole blocks; zeros where the block will lie
 * @param index - of the block, from 0
 * @returns 16 bytes
 */
export function collidingBlock(
  first: GcmKey,
  second: GcmKey,
  ciphertext: Uint8Array,
  index: number,
): Uint8Array<ArrayBuffer> {
  const exponent = BigInt(ciphertext.length / blockBytes - index + 1);
  const coefficient = power(hashKey(first), exponent) ^ power(hashKey(second), exponent);
  return blockOf(multiply(tagOf(first, ciphertext) ^ tagOf(second, ciphertext), inverse(coefficient)));
}
