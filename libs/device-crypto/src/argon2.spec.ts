import { argon2Sync } from 'node:crypto';

import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js';

import { defaultArgon2Parameters, type Argon2Parameters } from '@coffer/crypto';
import { EncodingError, toHex } from '@coffer/foundation';
import { describeWithTestData, seed } from '@coffer/test-kit';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import * as browser from './browser';
import * as node from './node';

const halves = [
  ['node', node.argon2id],
  ['browser', browser.argon2id],
] as const;
const password = seed('password', 20);
const salt = seed('salt', 16);

describe('argon2id', () => {
  it.each<Argon2Parameters>([
    defaultArgon2Parameters,
    { memoryKiB: 65_536, iterations: 3, parallelism: 1 },
    { memoryKiB: 65_539, iterations: 4, parallelism: 3 },
  ])('gives the same bytes in Node and in browsers: %j', async (parameters) => {
    const [first, second] = await Promise.all(halves.map(([, argon2id]) => argon2id(password, salt, parameters, 32)));
    expect(toHex(first!)).toBe(toHex(second!));
    expect(password).toEqual(seed('password', 20));
  });

  it('agrees with a third implementation', async () => {
    const { memoryKiB, iterations, parallelism } = defaultArgon2Parameters;
    const third = nobleArgon2id(password, salt, { m: memoryKiB, t: iterations, p: parallelism, dkLen: 64 });
    expect(toHex(await node.argon2id(password, salt, defaultArgon2Parameters, 64))).toBe(toHex(third));
  });

  it.each(halves)(
    'B01, B02: refuses work outside the accepted range before any derivation, %s',
    async (_name, argon2id) => {
      // Terabytes: a derivation that began would not come back with this error.
      const absurd = { memoryKiB: 2 ** 31, iterations: 3, parallelism: 4 };
      const outOfRange = expect.objectContaining({ code: 'parameters-out-of-range' }) as Error;
      await expect(argon2id(password, salt, absurd, 32)).rejects.toThrow(outOfRange);
      await expect(argon2id(password, salt, { ...absurd, memoryKiB: 32 }, 32)).rejects.toThrow(outOfRange);
    },
  );

  it.each(halves)('refuses salts and lengths that are none, %s', async (_name, argon2id) => {
    await expect(argon2id(password, new Uint8Array(7), defaultArgon2Parameters, 32)).rejects.toThrow(EncodingError);
    await expect(argon2id(password, new Uint8Array(65), defaultArgon2Parameters, 32)).rejects.toThrow(EncodingError);
    await expect(argon2id(password, salt, defaultArgon2Parameters, 15)).rejects.toThrow(EncodingError);
    await expect(argon2id(password, salt, defaultArgon2Parameters, 16.5)).rejects.toThrow(EncodingError);
  });
});

describeWithTestData('known answer of the Argon2 reference code (RFC 9106, section 5.3)', (data) => {
  // Its work lies below the accepted range and it has a secret and associated data, so it is run on the primitive itself.
  it('is what the platform computes', () => {
    const text = readFileSync(data.path('vectors', 'argon2-phc', 'argon2id.txt'), 'utf8');
    const tag = /^Tag: ([0-9a-f ]+)$/m.exec(text)![1]!.replaceAll(' ', '');
    const computed = argon2Sync('argon2id', {
      message: Buffer.alloc(32, 1),
      nonce: Buffer.alloc(16, 2),
      secret: Buffer.alloc(8, 3),
      associatedData: Buffer.alloc(12, 4),
      memory: 32,
      passes: 3,
      parallelism: 4,
      tagLength: 32,
    });
    expect(computed.toString('hex')).toBe(tag);
  });
});
