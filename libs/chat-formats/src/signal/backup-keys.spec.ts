import { fromHex, toHex } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import type { ChatFormatError } from '../errors';
import { deriveBackupKey, deriveFileKeys } from './backup-keys';
import { parseAci, parseRecoveryKey, readForwardSecrecyToken, type SignalKeys } from './recovery-key';

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as ChatFormatError).code;
  }
};

/** Published vectors of others; see SOURCES.md of the shared fixtures. */
const vectors = [
  {
    pool: 'm'.repeat(64),
    aci: '11111111-1111-1111-1111-111111111111',
    token: 'ab'.repeat(32),
    backupKey: '2afc757bc8e86cc317848227ab79c41298d6b0688c5f40960c600966512bd736',
    backupId: '687b4288aab129fd7dcb3941aa3c7e39',
    hmac: '2eab8fb5febbf4260ecc384187d6b2888f79761a4175c2b944c2396b3636fb26',
    aes: 'e7a2e4554a85a0cf31efaff560fb7870bcb0bf6bafaae13289e0139215ffcb80',
  },
  {
    pool: 'dtjs858asj6tv0jzsqrsmj0ubp335pisj98e9ssnss8myoc08drhtcktyawvx45l',
    aci: '659aa5f4a28dfcc11ea1b997537a3d95',
    token: '69207061737320746865206b6e69666520746f207468652061786f6c6f746c21',
    backupKey: 'ea26a2ddb5dba5ef9e34e1b8dea1f5ae7f255306a6d2d883e542306eaa9fe985',
    backupId: '8a624fbc45379043f39f1391cddc5fe8',
    hmac: '20e6ab57b87e051f3e695e953cf8a261dd307e4f92ae2921673f1d397e07887b',
    aes: '602af6ecfc09d695a8d58da9f18225e967979c5e03543ca0224a03cca3d9735e',
    withoutToken: {
      hmac: 'f425e22a607c529717e1e1b29f9fe139f9d1c7e7d01e371c7753c544a3026649',
      aes: 'e143f4ad5668d8bfed2f88562f0693f53bda2c0e55c9d71730f30e24695fd6df',
    },
  },
];

describe('deriveFileKeys', () => {
  it.each(vectors)(
    'gives the published keys of $aci',
    ({ pool, aci, token, backupKey, backupId, hmac, aes, ...more }) => {
      const keys: SignalKeys = { recoveryKey: parseRecoveryKey(pool), aci: parseAci(aci) };
      const derived = deriveBackupKey(keys);
      expect([toHex(derived.backupKey), toHex(derived.backupId)]).toEqual([backupKey, backupId]);
      const withToken = deriveFileKeys({ ...keys, token: fromHex(token) });
      expect([toHex(withToken.hmacKey), toHex(withToken.aesKey)]).toEqual([hmac, aes]);
      if (more.withoutToken === undefined) return;
      const without = deriveFileKeys(keys);
      expect([toHex(without.hmacKey), toHex(without.aesKey)]).toEqual([more.withoutToken.hmac, more.withoutToken.aes]);
      expect(new TextDecoder().decode(keys.recoveryKey)).toBe(pool);
    },
  );
});

describe('parseRecoveryKey', () => {
  const pool = vectors[1]!.pool;
  it.each([pool, pool.toUpperCase(), pool.match(/..../g)!.join(' '), pool.match(/.{8}/g)!.join('-'), ` ${pool}\n`])(
    'reads %j',
    (text) => {
      expect(new TextDecoder().decode(parseRecoveryKey(text))).toBe(pool);
    },
  );
  it.each(['', pool.slice(1), `${pool}a`, pool.replace('d', 'ä')])('refuses %j', (text) => {
    expect(codeOf(() => parseRecoveryKey(text))).toBe('invalid-key');
  });
  it('never repeats what it was given', () => {
    expect(() => parseRecoveryKey(pool.slice(0, 60))).toThrow(/^a recovery key has 64 characters; this has 60$/);
  });
});

describe('parseAci', () => {
  it.each(['', 'somebody', '659aa5f4', '659aa5f4-a28d-fcc1-1ea1-b997537a3d9'])('refuses %j', (text) => {
    expect(codeOf(() => parseAci(text))).toBe('invalid-key');
  });
});

describe('readForwardSecrecyToken', () => {
  it('reads 32 bytes and 64 digits, and refuses everything else', () => {
    const token = fromHex('ab'.repeat(32));
    expect(readForwardSecrecyToken(token)).toEqual(token);
    expect(readForwardSecrecyToken(new TextEncoder().encode(`${'AB'.repeat(32)}\n`))).toEqual(token);
    for (const length of [0, 31, 33, 63, 65, 5000]) {
      expect(codeOf(() => readForwardSecrecyToken(new Uint8Array(length).fill(0x61)))).toBe('invalid-key');
    }
  });
});
