import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';

import { concatBytes, fromBase64Url, fromHex } from '@coffer/foundation';

/** Ed25519 of the platform's own cryptography, about ten times as fast as JavaScript. */
export interface PlatformEd25519 {
  /** The 32-byte public key of a 32-byte seed. */
  publicKey(seed: Uint8Array): Uint8Array<ArrayBuffer>;
  /** The 64-byte signature, the same bytes for the same input as anywhere (RFC 8032, section 5.1.6). */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer>;
  /**
   * Whether the signature is certainly valid by the strict rules; `false` means "not known", never "invalid".
   *
   * OpenSSL checks the equation without the cofactor, S below the order, and R by its bytes, so what it accepts satisfies the
   * equation with the cofactor, too, with a canonical R. About the public key it asks less than the strict rules do: a key of small
   * order or in a second encoding is left to the caller.
   */
  surelyAccepts(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

// What of node:crypto is used. Declared here: this file is compiled for browsers, too, where there is no such module.
interface NodeKey {
  export(options: { readonly format: 'jwk' }): { readonly x?: string };
}
interface NodeCrypto {
  createPrivateKey(key: { readonly key: Uint8Array; readonly format: 'der'; readonly type: 'pkcs8' }): NodeKey;
  createPublicKey(key: NodeKey | { readonly key: Uint8Array; readonly format: 'der'; readonly type: 'spki' }): NodeKey;
  sign(algorithm: null, message: Uint8Array, key: NodeKey): Uint8Array;
  verify(algorithm: null, message: Uint8Array, key: NodeKey, signature: Uint8Array): boolean;
}

// RFC 8410, sections 7 and 4: what stands before the 32 bytes.
const pkcs8Prefix = fromHex('302e020100300506032b657004220420');
const spkiPrefix = fromHex('302a300506032b6570032100');

/**
 * The platform's Ed25519 where there is one that needs no waiting: Node. Web Crypto's answers come later, and a signature is checked
 * in the middle of functions that are shared and do not wait.
 */
export function findPlatformEd25519(): PlatformEd25519 | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } };
  const node = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
  return node === undefined ? undefined : ed25519Of(node);
}

function ed25519Of(node: NodeCrypto): PlatformEd25519 {
  const privateKey = (seed: Uint8Array): NodeKey => {
    const key = concatBytes(pkcs8Prefix, seed);
    try {
      return node.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    } finally {
      key.fill(0);
    }
  };
  return {
    publicKey: (seed) => {
      const { x } = node.createPublicKey(privateKey(seed)).export({ format: 'jwk' });
      if (x === undefined) throw new TypeError('the platform exports no public key');
      return fromBase64Url(x);
    },
    sign: (seed, message) => new Uint8Array(node.sign(null, message, privateKey(seed))),
    surelyAccepts: (publicKey, message, signature) => {
      if (!isCanonical(publicKey) || isOfSmallOrder(publicKey)) return false;
      const key = node.createPublicKey({ key: concatBytes(spkiPrefix, publicKey), format: 'der', type: 'spki' });
      return node.verify(null, message, key, signature);
    },
  };
}

/** Whether y, of 255 bits, is below p = 2^255 - 19 (RFC 8032, section 5.1.3). The highest bit is the sign of x. */
function isCanonical(point: Uint8Array): boolean {
  if ((point[31]! & 0x7f) !== 0x7f || point[0]! < 0xed) return true;
  for (let at = 1; at < 31; at++) if (point[at] !== 0xff) return true;
  return false;
}

const ordinatesOfSmallOrder = new Set(ED25519_TORSION_SUBGROUP.map((hex) => ordinate(fromHex(hex))));

function isOfSmallOrder(point: Uint8Array): boolean {
  return ordinatesOfSmallOrder.has(ordinate(point));
}

/** y as a text to look up, whichever sign x has. */
function ordinate(point: Uint8Array): string {
  const y = new Uint8Array(point);
  y[31]! &= 0x7f;
  return y.join();
}
