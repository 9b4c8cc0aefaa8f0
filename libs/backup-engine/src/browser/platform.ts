import { browserDecompressor } from '@coffer/backup-format/browser';
import { createSha256 } from '@coffer/crypto';
import { browserChunkedEncryption, openChunked } from '@coffer/device-crypto/browser';

import type { EnginePlatform } from '../platform';

/** Web Crypto and zstd in JavaScript. */
export const browserPlatform: EnginePlatform = {
  encryption: browserChunkedEncryption,
  decompressor: browserDecompressor,
  openTaking: (key, sealed) => openChunked(key, sealed, sealed),
  sealTaking: (key, plaintext) => browserChunkedEncryption.seal(key, plaintext),
  async hmacSha256(key, bytes) {
    return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key), copy(bytes)));
  },
  async sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', copy(bytes)));
  },
  createSha256,
  // No page can ask for it.
  collectGarbage: () => undefined,
};

/** Of each key array: a run hashes every chunk under the same one. */
const hmacKeys = new WeakMap<Uint8Array, Promise<CryptoKey>>();

function hmacKey(key: Uint8Array): Promise<CryptoKey> {
  let imported = hmacKeys.get(key);
  if (imported === undefined) {
    imported = crypto.subtle.importKey('raw', copy(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    hmacKeys.set(key, imported);
  }
  return imported;
}

// Web Crypto refuses memory that threads share.
function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
