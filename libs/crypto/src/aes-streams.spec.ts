import { createCipheriv, createDecipheriv } from 'node:crypto';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { createAesCbcDecryption, createAesCtr } from './aes-streams';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const block = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // the counter runs over its end
  fc.constant(new Uint8Array(16).fill(255)),
  fc.constant(new Uint8Array(16).fill(255, 12)),
);
const pieces = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 6 });

describe('createAesCtr', () => {
  property.prop([key, block, pieces], { numRuns: 200 })(
    'gives what OpenSSL gives, in whatever pieces',
    (k, iv, all) => {
      const [own, theirs] = [createAesCtr(k, iv), createDecipheriv('aes-256-ctr', k, iv)];
      for (const piece of all) expect(Buffer.from(own(piece))).toEqual(theirs.update(piece));
    },
  );
});

describe('createAesCbcDecryption', () => {
  property.prop([key, block, pieces], { numRuns: 100 })('inverts OpenSSL, block by block', (k, iv, all) => {
    const plain = Buffer.concat(all.map((piece) => Buffer.from(piece)));
    const whole = plain.subarray(0, plain.length - (plain.length % 16));
    const cipher = createCipheriv('aes-256-cbc', k, iv).setAutoPadding(false);
    const encrypted = Buffer.concat([cipher.update(whole), cipher.final()]);
    const decrypt = createAesCbcDecryption(k, iv);
    const parts = [encrypted.subarray(0, 16), encrypted.subarray(16, 64), encrypted.subarray(64)];
    expect(Buffer.concat(parts.map((part) => decrypt(part)))).toEqual(whole);
  });

  it('refuses what is no whole block', () => {
    expect(() => createAesCbcDecryption(new Uint8Array(32), new Uint8Array(16))(new Uint8Array(17))).toThrow();
  });
});
