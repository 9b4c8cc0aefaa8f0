import { sealXChaCha } from '@coffer/crypto';
import { concatBytes, encodeCbor, readU32be, toHex, utf8, type CborValue } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { DeviceCryptoError } from './errors';
import {
  deriveKeyId,
  deriveKeyringWrapKey,
  requireBackupKey,
  type EpochKey,
  type RepositorySecret,
} from './key-hierarchy';
import { keyringHeaderBytes, openKeyring, readKeyringHeader, sealKeyring, type Keyring } from './keyring';

const backupKey = requireBackupKey(seed('backup key'));
const repositoryId = seed('repository', 16);
const keyring: Keyring = {
  keyringVersion: 3,
  repositorySecret: seed('secret') as RepositorySecret,
  epochs: [
    { epoch: 1, key: seed('epoch 1') as EpochKey },
    { epoch: 4, key: seed('epoch 4') as EpochKey },
  ],
  ownerPublicKeys: [seed('owner 1'), seed('owner 2')],
  configSha256: seed('config'),
  mandatoryFeatures: ['zstd'],
};
const sealed = sealKeyring(backupKey, repositoryId, keyring);

const coded = (code: DeviceCryptoError['code']): DeviceCryptoError =>
  expect.objectContaining({ name: 'DeviceCryptoError', code }) as DeviceCryptoError;

/** Seals any header fields and body under the right key: what only a faulty or newer writer could make. */
function sealAnything(version: number, currentEpoch: number, body: CborValue): Uint8Array {
  const u32 = (value: number): Uint8Array => Uint8Array.of(0, 0, 0, value);
  const header = concatBytes(
    utf8('CofferKR'),
    u32(version),
    u32(3),
    u32(currentEpoch),
    repositoryId,
    deriveKeyId(backupKey),
  );
  const nonce = seed('nonce', 24);
  return concatBytes(header, nonce, sealXChaCha(deriveKeyringWrapKey(backupKey), nonce, encodeCbor(body), header));
}

const body = {
  config: seed('config'),
  epochs: [[4, seed('epoch 4')]],
  features: [],
  owners: [seed('owner 1')],
  secret: seed('secret'),
} satisfies CborValue;

describe('sealKeyring', () => {
  it('writes the header of backup-format.md in clear', () => {
    expect(Buffer.from(sealed.subarray(0, 8)).toString()).toBe('CofferKR');
    expect([8, 12, 16].map((at) => readU32be(sealed, at))).toEqual([1, 3, 4]);
    expect(sealed.subarray(20, 36)).toEqual(repositoryId);
    expect(toHex(sealed.subarray(36, 44))).toBe(toHex(deriveKeyId(backupKey)));
    expect(keyringHeaderBytes).toBe(44);
  });

  it('draws a new nonce each time', () => {
    expect(sealKeyring(backupKey, repositoryId, keyring)).not.toEqual(sealed);
  });

  it.each<[string, Partial<Keyring>]>([
    ['no epoch', { epochs: [] }],
    ['epochs out of order', { epochs: keyring.epochs.toReversed() }],
    ['an epoch twice', { epochs: [keyring.epochs[0]!, keyring.epochs[0]!] }],
    ['epoch 0', { epochs: [{ epoch: 0, key: seed('e') as EpochKey }] }],
    ['a short epoch key', { epochs: [{ epoch: 1, key: seed('e', 31) as EpochKey }] }],
    ['no owner key', { ownerPublicKeys: [] }],
    ['a short owner key', { ownerPublicKeys: [seed('o', 31)] }],
    ['version 0', { keyringVersion: 0 }],
    ['a short config hash', { configSha256: seed('c', 31) }],
  ])('refuses a keyring with %s', (_name, fault) => {
    expect(() => sealKeyring(backupKey, repositoryId, { ...keyring, ...fault })).toThrow();
  });
});

describe('openKeyring', () => {
  it('gives back what was sealed', () => {
    const opened = openKeyring(backupKey, sealed);
    expect(opened.keyring).toEqual(keyring);
    expect(opened.header).toEqual({ keyringVersion: 3, currentEpoch: 4, repositoryId, keyId: deriveKeyId(backupKey) });
  });

  it('tells a wrong key from damage', () => {
    expect(() => openKeyring(requireBackupKey(seed('other')), sealed)).toThrow(coded('wrong-key'));
  });

  property.prop([fc.nat({ max: sealed.length * 8 - 1 })], { numRuns: 400 })('refuses any flipped bit', (bit) => {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const at = bit >> 3;
    const expected = at >= 36 && at < 44 ? 'wrong-key' : at >= 8 && at < 12 ? 'unsupported-version' : 'damaged';
    expect(() => openKeyring(backupKey, changed)).toThrow(coded(expected));
  });

  property.prop([fc.nat({ max: sealed.length - 1 })])('refuses any truncation', (length) => {
    expect(() => openKeyring(backupKey, sealed.subarray(0, length))).toThrow(coded('damaged'));
  });

  it('refuses the body of one repository under the header of another', () => {
    const other = sealKeyring(backupKey, seed('other', 16), keyring);
    const spliced = concatBytes(sealed.subarray(0, keyringHeaderBytes), other.subarray(keyringHeaderBytes));
    expect(() => openKeyring(backupKey, spliced)).toThrow(coded('damaged'));
  });

  it('refuses what is too long before it looks at it', () => {
    expect(() => openKeyring(backupKey, concatBytes(sealed, new Uint8Array(1 << 20)))).toThrow(coded('damaged'));
  });

  it('opens a body that another writer sealed', () => {
    expect(openKeyring(backupKey, sealAnything(1, 4, body)).keyring.epochs).toEqual([
      { epoch: 4, key: seed('epoch 4') },
    ]);
  });

  it.each<[string, number, CborValue]>([
    ['a header that names another epoch', 5, body],
    ['an unknown field', 4, { ...body, extra: 1 }],
    ['a missing field', 4, { ...body, owners: [] }],
    ['no map', 4, [1]],
    ['epochs that are no list', 4, { ...body, epochs: {} }],
    ['an epoch entry of three', 4, { ...body, epochs: [[4, seed('epoch 4'), 1]] }],
    ['an epoch key of 31 bytes', 4, { ...body, epochs: [[4, seed('epoch 4', 31)]] }],
    ['a feature that is no text', 4, { ...body, features: [1] }],
  ])('refuses %s even when it was sealed with the right key', (_name, currentEpoch, value) => {
    expect(() => openKeyring(backupKey, sealAnything(1, currentEpoch, value))).toThrow(coded('damaged'));
  });

  it('refuses an unknown version', () => {
    expect(() => openKeyring(backupKey, sealAnything(2, 4, body))).toThrow(coded('unsupported-version'));
  });
});

describe('readKeyringHeader', () => {
  it('reads the header without any key', () => {
    expect(readKeyringHeader(sealed).keyringVersion).toBe(3);
    expect(() => readKeyringHeader(seed('anything', 200))).toThrow(coded('damaged'));
  });
});
