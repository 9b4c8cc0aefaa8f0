import { createHash } from 'node:crypto';

/**
 * Bytes that look random and are the same in every run: SHA-256 in counter mode over `name`. For test inputs, never for keys
 * that matter.
 *
 * @param name - what the bytes are for; another name gives unrelated bytes
 * @param length - in bytes; 32 unless told
 */
export function seed(name: string, length = 32): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 32) {
    const block = createHash('sha256')
      .update(`${name}\0${at / 32}`)
      .digest();
    bytes.set(block.subarray(0, Math.min(32, length - at)), at);
  }
  return bytes;
}
