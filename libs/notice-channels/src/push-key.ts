import { createECDH } from 'node:crypto';
import { requireBytes } from '@coffer/foundation';

const curve = 'prime256v1';
const keyBytes = 32;

/** A new private key of this deployment for push services (RFC 8292): a P-256 scalar, 32 bytes. */
export function generatePushKey(): Uint8Array {
  const pair = createECDH(curve);
  pair.generateKeys();
  const scalar = pair.getPrivateKey();
  const key = new Uint8Array(keyBytes);
  key.set(scalar, keyBytes - scalar.length);
  return key;
}

/** The key that browsers subscribe with: an uncompressed point, 65 bytes. @throws EncodingError `invalid-length` */
export function pushPublicKey(privateKey: Uint8Array): Uint8Array {
  const pair = createECDH(curve);
  pair.setPrivateKey(requireBytes(privateKey, keyBytes, 'the push key'));
  return new Uint8Array(pair.getPublicKey());
}

/** Whether bytes are a point that a subscription may have: uncompressed, on the curve. */
export function isPushPoint(point: Uint8Array): boolean {
  if (point.length !== 65 || point[0] !== 4) return false;
  const pair = createECDH(curve);
  pair.generateKeys();
  try {
    pair.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}
