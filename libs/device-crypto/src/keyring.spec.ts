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

  const versions = 'must be a whole number from 1 to 2^32-1';
  it.each<[string, Partial<Keyring>, string]>([
    ['no epoch', { epochs: [] }, 'a keyring holds at least one epoch'],
    ['epochs out of order', { epochs: keyring.epochs.toReversed() }, 'epochs must ascend'],
    ['an epoch twice', { epochs: [keyring.epochs[0]!, keyring.epochs[0]!] }, 'epochs must ascend'],
    ['epoch 0', { epochs: [{ epoch: 0, key: seed('e') as EpochKey }] }, `epoch ${versions}`],
    ['epoch 2^32', { epochs: [{ epoch: 2 ** 32, key: seed('e') as EpochKey }] }, `epoch ${versions}`],
    ['half an epoch', { epochs: [{ epoch: 1.5, key: seed('e') as EpochKey }] }, `epoch ${versions}`],
    [
      'a short epoch key',
      { epochs: [{ epoch: 1, key: seed('e', 31) as EpochKey }] },
      'epoch key must have 32 bytes, got 31',
    ],
    ['no owner key', { ownerPublicKeys: [] }, 'a keyring names an owner key'],
    ['a short owner key', { ownerPublicKeys: [seed('o', 31)] }, 'owner public key must have 32 bytes, got 31'],
    ['version 0', { keyringVersion: 0 }, `keyring version ${versions}`],
    ['version 2^32', { keyringVersion: 2 ** 32 }, `keyring version ${versions}`],
    ['a short config hash', { configSha256: seed('c', 31) }, 'config SHA-256 must have 32 bytes, got 31'],
    [
      'a short secret',
      { repositorySecret: seed('s', 31) as RepositorySecret },
      'repository secret must have 32 bytes, got 31',
    ],
  ])('refuses a keyring with %s and says so', (_name, fault, message) => {
    expect(() => sealKeyring(backupKey, repositoryId, { ...keyring, ...fault })).toThrow(
      expect.objectContaining({ name: 'EncodingError', message }) as Error,
    );
  });

  it('refuses a repository id of another length and says so', () => {
    expect(() => sealKeyring(backupKey, seed('r', 15), keyring)).toThrow('repository id must have 16 bytes, got 15');
  });

  it('takes the last numbers that its header has room for, and more than one feature', () => {
    const epochs = [...keyring.epochs, { epoch: 2 ** 32 - 1, key: seed('e') as EpochKey }];
    const last = { ...keyring, epochs, keyringVersion: 2 ** 32 - 1, mandatoryFeatures: ['a', 'b'] };
    expect(openKeyring(backupKey, sealKeyring(backupKey, repositoryId, last)).keyring).toEqual(last);
  });

  it('writes what docs/format/v1.md says, byte for byte', () => {
    const nonce = seed('nonce', 24);
    const bytes = sealKeyring(backupKey, repositoryId, keyring, nonce);
    const header = sealed.subarray(0, keyringHeaderBytes);
    const plaintext = encodeCbor({
      config: seed('config'),
      epochs: [
        [1, seed('epoch 1')],
        [4, seed('epoch 4')],
      ],
      features: ['zstd'],
      owners: [seed('owner 1'), seed('owner 2')],
      secret: seed('secret'),
    });
    const ciphertext = sealXChaCha(deriveKeyringWrapKey(backupKey), nonce, plaintext, header);
    expect(toHex(bytes)).toBe(toHex(concatBytes(header, nonce, ciphertext)));
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

  const ownerless = { config: body.config, epochs: body.epochs, features: body.features, secret: body.secret };
  const otherFields = 'keyring has other fields than this version';
  it.each<[string, number, CborValue, string]>([
    ['a header that names another epoch', 5, body, 'the header names another epoch than the last one'],
    ['an unknown field', 4, { ...body, extra: 1 }, otherFields],
    ['a missing field', 4, ownerless, otherFields],
    ['a field of another name', 4, { ...ownerless, owner: [seed('owner 1')] }, otherFields],
    ['no owner', 4, { ...body, owners: [] }, 'no owner key'],
    ['owners that are no list', 4, { ...body, owners: 1 }, 'owners is no list'],
    ['an owner of 31 bytes', 4, { ...body, owners: [seed('o', 31)] }, 'owner public key must have 32 bytes, got 31'],
    ['a list', 4, [1], 'keyring is no map'],
    ['a number', 4, 1, 'keyring is no map'],
    ['nothing', 4, null, 'keyring is no map'],
    ['bytes', 4, seed('bytes'), 'keyring is no map'],
    ['epochs that are no list', 4, { ...body, epochs: {} }, 'epochs is no list'],
    ['no epoch', 4, { ...body, epochs: [] }, 'a keyring holds at least one epoch'],
    ['an epoch that is no list', 4, { ...body, epochs: [4] }, 'epoch is no list'],
    ['an epoch entry of three', 4, { ...body, epochs: [[4, seed('epoch 4'), 1]] }, 'epoch entry'],
    ['an epoch that is no number', 4, { ...body, epochs: [['4', seed('epoch 4')]] }, 'epoch entry'],
    [
      'an epoch key of 31 bytes',
      4,
      { ...body, epochs: [[4, seed('epoch 4', 31)]] },
      'epoch key must have 32 bytes, got 31',
    ],
    ['epochs that do not ascend', 4, { ...body, epochs: [...body.epochs, ...body.epochs] }, 'epochs must ascend'],
    ['features that are no list', 4, { ...body, features: 'zstd' }, 'features is no list'],
    ['a feature that is no text', 4, { ...body, features: [1] }, 'feature is no text'],
    ['a config hash of 31 bytes', 4, { ...body, config: seed('c', 31) }, 'config SHA-256 must have 32 bytes, got 31'],
    ['a secret of 31 bytes', 4, { ...body, secret: seed('s', 31) }, 'repository secret must have 32 bytes, got 31'],
  ])('refuses %s even when it was sealed with the right key', (_name, currentEpoch, value, cause) => {
    expect(() => openKeyring(backupKey, sealAnything(1, currentEpoch, value))).toThrow(
      expect.objectContaining({
        code: 'damaged',
        message: 'the keyring is damaged; another copy or version of it may be sound',
        cause: expect.objectContaining({ name: 'EncodingError', message: cause }) as Error,
      }) as Error,
    );
  });

  it('gives bytes that are its own, not views of what was opened', () => {
    const { epochs, ownerPublicKeys, configSha256, repositorySecret } = openKeyring(backupKey, sealed).keyring;
    for (const bytes of [epochs[0]!.key, ownerPublicKeys[0]!, configSha256, repositorySecret]) {
      expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 32]);
    }
  });

  it('refuses an unknown version', () => {
    expect(() => openKeyring(backupKey, sealAnything(2, 4, body))).toThrow(coded('unsupported-version'));
  });

  it('says what is wrong with the key, and that nothing was changed', () => {
    expect(() => openKeyring(requireBackupKey(seed('other')), sealed)).toThrow(
      'this repository is sealed with another backup key; nothing was changed',
    );
  });
});

describe('readKeyringHeader', () => {
  it('reads the header without any key', () => {
    expect(readKeyringHeader(sealed).keyringVersion).toBe(3);
    expect(() => readKeyringHeader(seed('anything', 200))).toThrow('these bytes are no keyring');
  });

  it('takes what has the least length there is and the most, and says both where it has neither', () => {
    const header = sealed.subarray(0, keyringHeaderBytes);
    const ofLength = (length: number): Uint8Array => concatBytes(header, new Uint8Array(length - header.length));
    for (const length of [84, 1_048_576]) expect(readKeyringHeader(ofLength(length)).currentEpoch).toBe(4);
    for (const length of [83, 1_048_577]) {
      expect(() => readKeyringHeader(ofLength(length))).toThrow('a sealed keyring has 84 to 1048576 bytes');
    }
  });

  it('tells the version that it does not know', () => {
    expect(() => readKeyringHeader(sealAnything(7, 4, body))).toThrow(
      expect.objectContaining({
        code: 'unsupported-version',
        message: 'the keyring was written by a newer program; update this one',
        fields: { version: 7 },
      }) as Error,
    );
  });

  it('gives bytes that are its own', () => {
    const { repositoryId: id, keyId } = readKeyringHeader(sealed);
    expect([id.buffer.byteLength, keyId.buffer.byteLength]).toEqual([16, 8]);
  });
});
