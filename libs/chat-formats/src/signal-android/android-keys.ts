import { hkdfSha256 } from '@coffer/crypto';
import { concatBytes, utf8 } from '@coffer/foundation';
import type { Ciphers } from '../platform';
import type { SignalPassphrase } from './passphrase';

const rounds = 250_000;
const hashBytes = 64;
const label = utf8('Backup Export');
const noSalt = new Uint8Array();

/** The two keys of a Signal Android backup, 32 bytes each. Wipe after use. */
export interface AndroidKeys {
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
}

/**
 * SHA-512, 250,000 times over hash and passphrase, the salt before the first; then HKDF-SHA-256 of the first half. It takes some
 * tenths of a second, which is what makes guessing slow.
 *
 * @param salt - from the backup's header
 */
export function deriveAndroidKeys(
  passphrase: SignalPassphrase,
  salt: Uint8Array,
  { sha512 }: Pick<Ciphers, 'sha512'>,
): AndroidKeys {
  const block = new Uint8Array(hashBytes + passphrase.length);
  block.set(passphrase, hashBytes);
  block.set(sha512(concatBytes(salt, passphrase, passphrase)));
  for (let round = 1; round < rounds; round++) block.set(sha512(block));
  const both = hkdfSha256(block.subarray(0, 32), noSalt, label, 64);
  block.fill(0);
  return { cipherKey: both.subarray(0, 32), macKey: both.subarray(32) };
}
