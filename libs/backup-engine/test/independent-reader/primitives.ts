// Everything that the format takes from cryptography, from the platform's own and the noble libraries.
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';

import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519 } from '@noble/curves/ed25519.js';

export const ascii = (text: string): Buffer => Buffer.from(text, 'ascii');
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
export const hmac256 = (key: Uint8Array, bytes: Uint8Array): Buffer => createHmac('sha256', key).update(bytes).digest();
export const isSame = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;
export const publicKeyOf = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(seed);

export function u32be(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** docs/key-labels.md. */
export function derive(from: Uint8Array, label: string, length = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', from, new Uint8Array(0), ascii(label), length));
}

export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** @throws Error where it does not authenticate */
export function openXChaCha(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, data: Uint8Array): Uint8Array {
  return xchacha20poly1305(key, nonce, data).decrypt(sealed);
}

const pieceBytes = 16_384;

/** Sealed objects of docs/format/v1.md. @throws Error where anything does not authenticate */
export function openSealed(inputKey: Uint8Array, context: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < 24 + 32 + 16) throw new RangeError('too short');
  const salt = sealed.subarray(0, 24);
  const info = Buffer.concat([ascii('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, context]);
  const blocks = [Buffer.alloc(0)];
  for (const counter of [1, 2]) {
    blocks.push(createHmac('sha512', inputKey).update(blocks.at(-1)!).update(info).update(Buffer.of(counter)).digest());
  }
  const keys = Buffer.concat(blocks);
  if (!isSame(keys.subarray(44, 76), sealed.subarray(24, 56))) throw new RangeError('another key or context');
  const pieces: Buffer[] = [];
  for (let at = 56, counter = 0, isLast = false; !isLast; at += pieceBytes + 16, counter++) {
    const piece = sealed.subarray(at, at + pieceBytes + 16);
    isLast = piece.length < pieceBytes + 16;
    const nonce = Buffer.from(keys.subarray(32, 44));
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ counter) >>> 0, 8);
    const cipher = createDecipheriv('aes-256-gcm', keys.subarray(0, 32), nonce, { authTagLength: 16 });
    cipher.setAuthTag(piece.subarray(-16));
    pieces.push(Buffer.concat([cipher.update(piece.subarray(0, -16)), cipher.final()]));
  }
  return Buffer.concat(pieces);
}

export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = Math.floor(Math.log2(length));
  const step = 2 ** Math.max(0, exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(length / step) * step;
}
