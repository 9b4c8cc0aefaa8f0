import { createHash } from 'node:crypto';

import { EncodingError, toHex, utf8 } from '@coffer/foundation';
import { describeWithTestData, hexField, seed, wycheproofCases } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import * as anywhere from './index';
import * as node from './node';

const halves = [
  ['anywhere', anywhere],
  ['node', node],
] as const;

describe.each(halves)('hashes, %s', (_half, { createSha256, hkdfSha256, hmacSha256, sha256, sha512 }) => {
  describe('sha256 and sha512', () => {
    it('give the values of FIPS 180-4 for "abc"', () => {
      expect(toHex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
      expect(toHex(sha512(utf8('abc'))).slice(0, 32)).toBe('ddaf35a193617abacc417349ae204131');
    });

    it('give plain byte arrays of their own', () => {
      const digest = sha256(new Uint8Array(0));
      expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype);
      expect(digest.byteOffset).toBe(0);
    });
  });

  describe('createSha256', () => {
    property.prop([fc.array(fc.uint8Array({ maxLength: 300 }))])('equals the whole hash however it is fed', (parts) => {
      const hash = createSha256();
      for (const part of parts) hash.update(part);
      expect(toHex(hash.digest())).toBe(createHash('sha256').update(Buffer.concat(parts)).digest('hex'));
    });

    it('refuses to go on when the digest was taken', () => {
      const hash = createSha256();
      hash.digest();
      expect(() => hash.digest()).toThrow(EncodingError);
      expect(() => hash.update(new Uint8Array(1))).toThrow(EncodingError);
    });
  });

  describe('hkdfSha256', () => {
    it.each([0, -1, 1.5, 8161])('refuses a length of %d bytes', (length) => {
      expect(() => hkdfSha256(new Uint8Array(32), new Uint8Array(0), new Uint8Array(0), length)).toThrow(EncodingError);
    });
  });

  describeWithTestData('Wycheproof', (data) => {
    it('HMAC-SHA-256: all 174 cases behave', () => {
      const cases = wycheproofCases(data, 'hmac_sha256');
      for (const test of cases) {
        const mac = hmacSha256(hexField(test, 'key'), hexField(test, 'msg'));
        const tagBytes = Number(test.group['tagSize']) / 8;
        expect(toHex(mac.subarray(0, tagBytes)) === test['tag'], test.comment).toBe(test.result === 'valid');
      }
      expect(cases.length).toBe(174);
    });

    it('HKDF-SHA-256: all 86 cases behave', () => {
      const cases = wycheproofCases(data, 'hkdf_sha256');
      for (const test of cases) {
        const derive = (): string =>
          toHex(
            hkdfSha256(hexField(test, 'ikm'), hexField(test, 'salt'), hexField(test, 'info'), Number(test['size'])),
          );
        if (test.result === 'valid') expect(derive(), test.comment).toBe(test['okm']);
        else expect(derive, test.comment).toThrow(EncodingError);
      }
      expect(cases.length).toBe(86);
    });
  });
});

describe('both halves', () => {
  property.prop([fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 })])('agree', (left, right) => {
    expect(anywhere.sha256(left)).toEqual(node.sha256(left));
    expect(anywhere.sha512(left)).toEqual(node.sha512(left));
    expect(anywhere.hmacSha256(left, right)).toEqual(node.hmacSha256(left, right));
    expect(anywhere.hkdfSha256(left, right, left, 77)).toEqual(node.hkdfSha256(left, right, left, 77));
  });

  it('leave their inputs alone', () => {
    const key = seed('key');
    const message = seed('message', 500);
    for (const [, half] of halves) {
      half.hmacSha256(key, message);
      half.hkdfSha256(key, message, message, 32);
    }
    expect([key, message]).toEqual([seed('key'), seed('message', 500)]);
  });
});
