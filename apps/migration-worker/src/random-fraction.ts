import { randomBytes } from '@coffer/crypto';
import { readU32be } from '@coffer/foundation';

/** Uniform in [0, 1), for jitter. */
export function randomFraction(): number {
  return readU32be(randomBytes(4)) / 2 ** 32;
}
