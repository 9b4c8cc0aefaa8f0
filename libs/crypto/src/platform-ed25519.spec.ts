import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex, utf8 } from '@coffer/foundation';
import { describeWithTestData, hexField, wycheproofCases } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { findPlatformEd25519 } from './platform-ed25519';

const platform = findPlatformEd25519()!;
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const messages = fc.uint8Array({ maxLength: 300 });

/** What is judged where the platform is not sure. */
const judges = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
};

describe("the platform's Ed25519", () => {
  it('is there in Node', () => {
    expect(platform).toBeDefined();
  });

  property.prop([seeds, messages], { numRuns: 20 })(
    'gives the public keys and signatures of the library',
    (secret, message) => {
      const publicKey = ed25519.getPublicKey(secret);
      const signature = ed25519.sign(message, secret);
      expect(platform.publicKey(secret)).toEqual(publicKey);
      expect(platform.sign(secret, message)).toEqual(signature);
      expect(platform.surelyAccepts(publicKey, message, signature)).toBe(true);
    },
  );

  it('is never sure of a key of small order, whatever sign its x has, nor of one in a second encoding', () => {
    // A signature of zeros under the neutral element satisfies the equation for every message.
    const neutral = fromHex(`01${'00'.repeat(31)}`);
    const signature = fromHex(`01${'00'.repeat(63)}`);
    expect(platform.surelyAccepts(neutral, utf8('any'), signature)).toBe(false);
    for (const hex of [`01${'00'.repeat(30)}80`, `ee${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(31)}`]) {
      expect(platform.surelyAccepts(fromHex(hex), utf8('any'), signature)).toBe(false);
    }
  });

  describeWithTestData('foreign vectors', (data) => {
    it('Wycheproof and CCTV: it accepts nothing that the library refuses, and is sure of the ordinary ones', () => {
      const wycheproof = wycheproofCases(data, 'ed25519').map((test) => ({
        key: fromHex((test.group['publicKey'] as { pk: string }).pk),
        message: hexField(test, 'msg'),
        signature: hexField(test, 'sig'),
      }));
      const edges = data.json('vectors', 'cctv-ed25519', 'ed25519vectors.json') as readonly Record<
        'key' | 'sig' | 'msg',
        string
      >[];
      const cctv = edges.map(({ key, sig, msg }) => ({
        key: fromHex(key),
        message: utf8(msg),
        signature: fromHex(sig),
      }));
      const seen = { sure: 0, onlyTheLibrary: 0 };
      for (const { key, message, signature } of [...wycheproof, ...cctv]) {
        if (signature.length !== 64) continue;
        const isSure = platform.surelyAccepts(key, message, signature);
        const isValid = judges(key, message, signature);
        expect(isSure && !isValid).toBe(false);
        if (isSure) seen.sure++;
        else if (isValid) seen.onlyTheLibrary++;
      }
      // Those that only the library takes have a part of small order, which the equation without the cofactor sees.
      expect(seen).toEqual({ sure: 131, onlyTheLibrary: 169 });
    });
  });
});
