import { concatBytes, EncodingError, toHex } from '@coffer/foundation';
import { describeWithTestData, hexField, seed, wycheproofCases } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { CryptoError } from './errors';
import { openXChaCha, sealXChaCha, xChaChaTagBytes } from './xchacha';

const key = seed('key');
const nonce = seed('nonce', 24);
const bytes = fc.uint8Array({ maxLength: 300 });

describe('sealXChaCha', () => {
  property.prop([bytes, bytes])('is inverted by openXChaCha', (plaintext, associatedData) => {
    const sealed = sealXChaCha(key, nonce, plaintext, associatedData);
    expect(sealed.length).toBe(plaintext.length + xChaChaTagBytes);
    expect(openXChaCha(key, nonce, sealed, associatedData)).toEqual(plaintext);
  });

  it('leaves its inputs alone', () => {
    const inputs = [seed('key'), seed('nonce', 24), seed('text', 99), seed('data')] as const;
    openXChaCha(inputs[0], inputs[1], sealXChaCha(...inputs), inputs[3]);
    expect(inputs).toEqual([seed('key'), seed('nonce', 24), seed('text', 99), seed('data')]);
  });

  it.each([
    [31, 24],
    [33, 24],
    [32, 12],
  ])('refuses a key of %d and a nonce of %d bytes', (keyBytes, nonceBytes) => {
    const seal = (): unknown => sealXChaCha(new Uint8Array(keyBytes), new Uint8Array(nonceBytes), key, key);
    expect(seal).toThrow(EncodingError);
  });
});

describe('openXChaCha', () => {
  const associatedData = seed('data', 20);
  const sealed = sealXChaCha(key, nonce, seed('text', 50), associatedData);
  const expectRefusal = (open: () => unknown): void => {
    expect(open).toThrow(expect.objectContaining({ code: 'authentication-failed' }) as CryptoError);
  };

  property.prop([fc.nat({ max: sealed.length * 8 - 1 })])('refuses any flipped bit', (bit) => {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expectRefusal(() => openXChaCha(key, nonce, changed, associatedData));
  });

  property.prop([fc.nat({ max: sealed.length - 1 })])('refuses any truncation', (length) => {
    expectRefusal(() => openXChaCha(key, nonce, sealed.subarray(0, length), associatedData));
  });

  it('refuses another key, nonce, associated data, or bytes after the end', () => {
    expectRefusal(() => openXChaCha(seed('other'), nonce, sealed, associatedData));
    expectRefusal(() => openXChaCha(key, seed('other', 24), sealed, associatedData));
    expectRefusal(() => openXChaCha(key, nonce, sealed, seed('other', 20)));
    expectRefusal(() => openXChaCha(key, nonce, concatBytes(sealed, Uint8Array.of(0)), associatedData));
  });

  describeWithTestData('Wycheproof', (data) => {
    it('all 315 cases behave', () => {
      const cases = wycheproofCases(data, 'xchacha20_poly1305');
      for (const test of cases) {
        const open = (): string =>
          toHex(
            openXChaCha(
              hexField(test, 'key'),
              hexField(test, 'iv'),
              concatBytes(hexField(test, 'ct'), hexField(test, 'tag')),
              hexField(test, 'aad'),
            ),
          );
        if (test.result === 'valid') {
          expect(open(), test.comment).toBe(test['msg']);
        } else if (hexField(test, 'iv').length === 24) {
          expectRefusal(open);
        } else {
          expect(open, test.comment).toThrow(EncodingError);
        }
      }
      expect(cases.length).toBe(315);
    });
  });
});
