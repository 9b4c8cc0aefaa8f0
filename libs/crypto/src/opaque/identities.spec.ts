import { decodeCbor, EncodingError, fromBase64Url } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import { defaultArgon2Parameters } from '../argon2-parameters';
import { CryptoError } from '../errors';
import { opaqueIdentities, opaqueSuite, type OpaqueClient } from './identities';

const account: OpaqueClient = {
  issuer: 'https://login.example',
  subject: 'ada',
  serial: 7,
  ksf: defaultArgon2Parameters,
};

describe('opaqueIdentities', () => {
  it('names account, serial and work to the server, vault and suite to the client', () => {
    const { client, server } = opaqueIdentities(account, 'vault-1');
    expect({ ...(decodeCbor(fromBase64Url(client)) as object) }).toEqual({
      v: 1,
      issuer: 'https://login.example',
      subject: 'ada',
      serial: 7,
      ksf: { m: 65_536, t: 3, p: 4 },
    });
    expect({ ...(decodeCbor(fromBase64Url(server)) as object) }).toEqual({
      v: 1,
      vaultId: 'vault-1',
      suite: opaqueSuite,
    });
  });

  it('differs when any field differs', () => {
    const variants = [
      account,
      { ...account, issuer: 'https://login.example/' },
      { ...account, subject: 'adb' },
      { ...account, serial: 8 },
      { ...account, ksf: { ...account.ksf, iterations: 4 } },
    ].map((variant) => opaqueIdentities(variant, 'vault-1').client);
    expect(new Set(variants).size).toBe(variants.length);
    expect(opaqueIdentities(account, 'vault-2').server).not.toBe(opaqueIdentities(account, 'vault-1').server);
  });

  it('cannot be made to collide by moving bytes between issuer and subject', () => {
    const left = opaqueIdentities({ ...account, issuer: 'ab', subject: 'c' }, 'v');
    const right = opaqueIdentities({ ...account, issuer: 'a', subject: 'bc' }, 'v');
    expect(left.client).not.toBe(right.client);
  });

  it.each([0, -1, 1.5, 2 ** 53])('refuses serial %d', (serial) => {
    expect(() => opaqueIdentities({ ...account, serial }, 'v')).toThrow(EncodingError);
  });

  it('refuses work outside the accepted range', () => {
    const ksf = { ...account.ksf, iterations: 1 };
    expect(() => opaqueIdentities({ ...account, ksf }, 'v')).toThrow(CryptoError);
  });
});
