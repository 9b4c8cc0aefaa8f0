import { client, ready, server } from '@serenity-kit/opaque';

import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { beforeAll, describe, expect, it } from 'vitest';

import { CryptoError } from '../errors';
import { decodeKe1, decodeKe3, decodeRegistrationRecord, decodeRegistrationRequest } from './messages';
import { createDummyOpaqueRecord } from './server';

const malformed = expect.objectContaining({ code: 'malformed-message' }) as CryptoError;
let ke1: Uint8Array;
let setup: string;

beforeAll(async () => {
  await ready;
  setup = server.createSetup();
  ke1 = fromBase64Url(client.startLogin({ password: 'p' }).startLoginRequest);
});

/** Whether the library itself would evaluate these bytes. */
function isEvaluated(bytes: Uint8Array): boolean {
  try {
    server.startLogin({
      serverSetup: setup,
      userIdentifier: 'salt',
      registrationRecord: toBase64Url(createDummyOpaqueRecord()),
      startLoginRequest: toBase64Url(bytes),
    });
    return true;
  } catch {
    return false;
  }
}

function isDecoded(bytes: Uint8Array): boolean {
  try {
    decodeKe1(bytes);
    return true;
  } catch (error) {
    expect(error).toEqual(malformed);
    return false;
  }
}

describe('decodeKe1', () => {
  it('accepts what a device sends', () => {
    expect(decodeKe1(ke1)).toEqual(ke1);
  });

  it('gives a copy', () => {
    expect(decodeKe1(ke1).buffer).not.toBe(ke1.buffer);
  });

  it.each([0, 95, 97])('refuses %d bytes', (length) => {
    expect(() => decodeKe1(new Uint8Array(length).fill(1))).toThrow(malformed);
  });

  it.each([
    ['blinded element', 0],
    ['ephemeral key', 64],
  ])('refuses the identity as %s', (_name, offset) => {
    const changed = ke1.slice();
    changed.fill(0, offset, offset + 32);
    expect(() => decodeKe1(changed)).toThrow(malformed);
    expect(isEvaluated(changed)).toBe(false);
  });

  it.each([
    ['not canonical (p + 0)', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['negative', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['no square', '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371'],
    ['all ones', 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
  ])('refuses an element that is %s', (_name, hex) => {
    const changed = ke1.slice();
    changed.set(Buffer.from(hex, 'hex'), 0);
    expect(() => decodeKe1(changed)).toThrow(malformed);
  });

  property.prop([fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constantFrom(0, 64)], { numRuns: 300 })(
    'accepts exactly what the library evaluates: any bytes in place of an element',
    (element, offset) => {
      const changed = ke1.slice();
      changed.set(element, offset);
      expect(isDecoded(changed)).toBe(isEvaluated(changed));
    },
  );

  property.prop([fc.nat({ max: 96 * 8 - 1 })], { numRuns: 300 })(
    'accepts exactly what the library evaluates: one flipped bit',
    (bit) => {
      const changed = ke1.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(isDecoded(changed)).toBe(isEvaluated(changed));
    },
  );
});

describe('decodeRegistrationRequest', () => {
  it('accepts what a device sends and refuses the identity, other lengths and no points', () => {
    const request = fromBase64Url(client.startRegistration({ password: 'p' }).registrationRequest);
    expect(decodeRegistrationRequest(request)).toEqual(request);
    expect(() => decodeRegistrationRequest(new Uint8Array(32))).toThrow(malformed);
    expect(() => decodeRegistrationRequest(request.subarray(1))).toThrow(malformed);
    expect(() => decodeRegistrationRequest(new Uint8Array(32).fill(0xff))).toThrow(malformed);
  });
});

describe('decodeRegistrationRecord', () => {
  it('refuses other lengths and a public key that is no point', () => {
    const record = createDummyOpaqueRecord();
    expect(decodeRegistrationRecord(record)).toEqual(record);
    expect(() => decodeRegistrationRecord(record.subarray(1))).toThrow(malformed);
    expect(() => decodeRegistrationRecord(record.slice().fill(0, 0, 32))).toThrow(malformed);
  });
});

describe('decodeKe3', () => {
  it('takes 64 bytes and no others', () => {
    expect(decodeKe3(seed('ke3', 64))).toEqual(seed('ke3', 64));
    expect(() => decodeKe3(seed('ke3', 63))).toThrow(malformed);
    expect(() => decodeKe3('x'.repeat(64) as unknown as Uint8Array)).toThrow(malformed);
  });
});
