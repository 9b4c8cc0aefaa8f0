import { fromHex, toHex, utf8, EncodingError } from '@coffer/foundation';
import { describeWithTestData, hexField, seed, wycheproofCases } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { generateSigningSeed, requireSigningSeed, sign, signingPublicKey, verifySignature } from './signatures';

const ownSeed = requireSigningSeed(seed('signer'));
const publicKey = signingPublicKey(ownSeed);

describe('sign', () => {
  it('gives the first vector of RFC 8032, section 7.1', () => {
    const rfcSeed = requireSigningSeed(fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
    expect(toHex(signingPublicKey(rfcSeed))).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(toHex(sign(rfcSeed, new Uint8Array(0)))).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
        '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });

  property.prop([fc.uint8Array({ maxLength: 200 })], { numRuns: 20 })('is accepted by verifySignature', (message) => {
    expect(verifySignature(publicKey, message, sign(ownSeed, message))).toBe(true);
  });
});

describe('generateSigningSeed', () => {
  it('gives 32 new bytes each time', () => {
    expect(generateSigningSeed()).toHaveLength(32);
    expect(generateSigningSeed()).not.toEqual(generateSigningSeed());
    expect(() => requireSigningSeed(new Uint8Array(31))).toThrow(EncodingError);
  });
});

describe('verifySignature', () => {
  const message = utf8('message');
  const signature = sign(ownSeed, message);

  property.prop([fc.nat({ max: 511 })], { numRuns: 30 })('refuses any flipped bit', (bit) => {
    const changed = signature.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(verifySignature(publicKey, message, changed)).toBe(false);
  });

  it('refuses another message, another key, wrong lengths', () => {
    expect(verifySignature(publicKey, utf8('massage'), signature)).toBe(false);
    expect(verifySignature(signingPublicKey(generateSigningSeed()), message, signature)).toBe(false);
    expect(verifySignature(publicKey, message, signature.subarray(1))).toBe(false);
    expect(verifySignature(publicKey.subarray(1), message, signature)).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(0xff), message, signature)).toBe(false);
  });

  describeWithTestData('foreign vectors', (data) => {
    it('Wycheproof: all 151 cases behave', () => {
      const cases = wycheproofCases(data, 'ed25519');
      for (const test of cases) {
        const { pk } = test.group['publicKey'] as { pk: string };
        const isValid = verifySignature(fromHex(pk), hexField(test, 'msg'), hexField(test, 'sig'));
        expect(isValid, test.comment).toBe(test.result === 'valid');
      }
      expect(cases.length).toBe(151);
    });

    it('CCTV: of 914 edge cases, those pass whose key is not of small order and whose points are canonical', () => {
      interface EdgeCase {
        readonly key: string;
        readonly sig: string;
        readonly msg: string;
        readonly flags: readonly string[] | null;
      }
      const cases = data.json('vectors', 'cctv-ed25519', 'ed25519vectors.json') as readonly EdgeCase[];
      const refused = ['low_order_A', 'non_canonical_A', 'non_canonical_R'];
      for (const { key, sig, msg, flags } of cases) {
        const isValid = verifySignature(fromHex(key), utf8(msg), fromHex(sig));
        expect(isValid, (flags ?? []).join()).toBe(!(flags ?? []).some((flag) => refused.includes(flag)));
      }
      expect(cases.length).toBe(914);
    });
  });
});
