import { createHash, hash, hkdfSync } from 'node:crypto';
import type { SignalPassphrase } from '../signal-android/passphrase';

const rounds = 250_000;
const hashBytes = 64;
const label = 'Backup Export';

/** The two keys of a Signal Android backup, 32 bytes each. Wipe after use. */
export interface AndroidKeys {
  readonly cipherKey: Buffer;
  readonly macKey: Buffer;
}

/**
 * SHA-512, 250,000 times over hash and passphrase, the salt before the first; then HKDF-SHA-256 of the first half. It takes some
 * tenths of a second, which is what makes guessing slow.
 *
 * @param salt - from the backup's header
 */
export function deriveAndroidKeys(passphrase: SignalPassphrase, salt: Uint8Array): AndroidKeys {
  const block = new Uint8Array(hashBytes + passphrase.length);
  block.set(passphrase, hashBytes);
  block.set(createHash('sha512').update(salt).update(passphrase).update(passphrase).digest());
  // one call for each round: an object for each would take twice as long
  for (let round = 1; round < rounds; round++) block.set(hash('sha512', block, 'buffer'));
  const both = Buffer.from(hkdfSync('sha256', block.subarray(0, 32), '', label, 64));
  block.fill(0);
  return { cipherKey: both.subarray(0, 32), macKey: both.subarray(32) };
}
