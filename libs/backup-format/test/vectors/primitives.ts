import type { Argon2Parameters } from '@coffer/crypto';
import type { ChunkedKey } from '@coffer/device-crypto';

import { certificatePrimitive, ledgerPrimitive } from './ledger-primitives';
import {
  argon2idPrimitive,
  derivedKeys,
  digitsPrimitive,
  keyringPrimitive,
  passwordPrimitive,
  sealedObjects,
} from './key-primitives';
import {
  chunkPrimitives,
  headPrimitive,
  objectPrimitives,
  segmentPrimitive,
  statementPrimitive,
} from './object-primitives';

/** What differs between platforms. */
export interface PrimitiveMakers {
  sealChunked(key: ChunkedKey, plaintext: Uint8Array, salt: Uint8Array): Promise<Uint8Array>;
  argon2id(password: Uint8Array, salt: Uint8Array, parameters: Argon2Parameters, length: number): Promise<Uint8Array>;
}

/**
 * Everything in primitives.json, made by this platform: the steps of a reader one by one. Byte strings are lower-case
 * hexadecimal; `{seed, bytes}` stands for bytes that README.md of the vectors says how to draw.
 */
export async function makePrimitives(makers: PrimitiveMakers): Promise<object> {
  return {
    derivedKeys: derivedKeys(),
    digits: digitsPrimitive(),
    keyring: keyringPrimitive(),
    passwordKeyslot: passwordPrimitive(),
    argon2id: await argon2idPrimitive(makers),
    sealedObjects: await sealedObjects(makers),
    ...chunkPrimitives(),
    ...objectPrimitives(),
    segment: segmentPrimitive(),
    statement: statementPrimitive(),
    head: headPrimitive(),
    ledger: ledgerPrimitive(),
    certificate: await certificatePrimitive(),
  };
}
