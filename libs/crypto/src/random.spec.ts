import { EncodingError } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { randomBytes } from './random';
import { wipe } from './wipe';

describe('randomBytes', () => {
  it.each([0, 1, 65_536, 65_537, 200_001])('fills all %d bytes', (length) => {
    const bytes = randomBytes(length);
    expect(bytes).toHaveLength(length);
    // The last 16 bytes are all zero once in 2^128 times.
    if (length >= 16) expect(bytes.subarray(-16).some((byte) => byte !== 0)).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN])('refuses a length of %d', (length) => {
    expect(() => randomBytes(length)).toThrow(EncodingError);
  });
});

describe('wipe', () => {
  it('zeroes everything it is given', () => {
    const secrets = [randomBytes(8), randomBytes(9)];
    wipe(...secrets);
    expect(secrets).toEqual([new Uint8Array(8), new Uint8Array(9)]);
  });
});
