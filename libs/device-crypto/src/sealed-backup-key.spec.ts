import { defaultArgon2Parameters, ksfCbor, sealXChaCha } from '@coffer/crypto';
import { concatBytes, encodeCbor, toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { sealedBackupKeyBytes } from './backup-key-wrap';
import { deriveKeyId, derivePasswordWrapKey, requireBackupKey, type ExportKey, type KeyId } from './key-hierarchy';
import { openSealedBackupKey, sealBackupKey, type PasswordKeyslot } from './sealed-backup-key';

const backupKey = requireBackupKey(seed('backup key'));
const exportKey = seed('export key', 64) as ExportKey;
const keyslot: PasswordKeyslot = {
  account: { issuer: 'https://login.example', subject: 'ada' },
  serial: 5,
  vaultId: 'vault-1',
  keyId: deriveKeyId(backupKey),
  ksf: defaultArgon2Parameters,
};
const sealed = sealBackupKey(exportKey, keyslot, backupKey);
const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('sealBackupKey', () => {
  it('is inverted by openSealedBackupKey', () => {
    expect(sealed).toHaveLength(sealedBackupKeyBytes);
    expect(openSealedBackupKey(exportKey, keyslot, sealed)).toEqual(backupKey);
  });

  it('draws a new nonce each time and leaves the backup key alone', () => {
    expect(sealBackupKey(exportKey, keyslot, backupKey)).not.toEqual(sealed);
    expect(backupKey).toEqual(seed('backup key'));
  });

  it('refuses a keyslot that names another key', () => {
    const other = { ...keyslot, keyId: seed('other', 8) as KeyId };
    expect(() => sealBackupKey(exportKey, other, backupKey)).toThrow(coded('wrong-key'));
  });
});

describe('sealed bytes', () => {
  it('are those of docs/key-labels.md: nonce, then the key under the export key, bound to the whole keyslot', () => {
    const nonce = seed('nonce', 24);
    const associatedData = encodeCbor({
      v: 1,
      purpose: 'password',
      account: { issuer: 'https://login.example', subject: 'ada' },
      serial: 5,
      vaultId: 'vault-1',
      keyId: deriveKeyId(backupKey),
      ksf: ksfCbor(defaultArgon2Parameters),
    });
    const wrapped = sealXChaCha(derivePasswordWrapKey(exportKey), nonce, backupKey, associatedData);
    expect(toHex(sealBackupKey(exportKey, keyslot, backupKey, nonce))).toBe(toHex(concatBytes(nonce, wrapped)));
  });

  it.each<[string, PasswordKeyslot, string]>([
    ['key id', { ...keyslot, keyId: seed('short', 7) as KeyId }, 'key id must have 8 bytes, got 7'],
    ['serial', { ...keyslot, serial: 0 }, 'serial'],
  ])('are not made for a keyslot without a %s', (_name, other, message) => {
    expect(() => sealBackupKey(exportKey, other, backupKey)).toThrow(message);
    expect(() => openSealedBackupKey(exportKey, other, sealed)).toThrow(message);
  });
});

describe('openSealedBackupKey', () => {
  it('says what does not fit, and keeps its cause', () => {
    const error = expect.objectContaining({
      code: 'damaged',
      message: 'the sealed backup key does not belong to this password keyslot',
      cause: expect.any(Error) as Error,
    }) as Error;
    expect(() => openSealedBackupKey(exportKey, { ...keyslot, serial: 6 }, sealed)).toThrow(error);
  });

  it.each<[string, PasswordKeyslot]>([
    ['issuer', { ...keyslot, account: { issuer: 'https://login.example/', subject: 'ada' } }],
    ['subject', { ...keyslot, account: { issuer: 'https://login.example', subject: 'bob' } }],
    ['serial', { ...keyslot, serial: 6 }],
    ['vault', { ...keyslot, vaultId: 'vault-2' }],
    ['key id', { ...keyslot, keyId: seed('other', 8) as KeyId }],
    ['work', { ...keyslot, ksf: { ...defaultArgon2Parameters, iterations: 4 } }],
  ])('B01, B03: refuses a keyslot with another %s', (_name, other) => {
    expect(() => openSealedBackupKey(exportKey, other, sealed)).toThrow(coded('damaged'));
  });

  it('refuses another export key', () => {
    expect(() => openSealedBackupKey(seed('other', 64) as ExportKey, keyslot, sealed)).toThrow(coded('damaged'));
  });

  property.prop([fc.nat({ max: sealed.length * 8 - 1 })])('refuses any flipped bit', (bit) => {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => openSealedBackupKey(exportKey, keyslot, changed)).toThrow(coded('damaged'));
  });

  property.prop([fc.nat({ max: sealed.length - 1 })])('refuses any truncation', (length) => {
    expect(() => openSealedBackupKey(exportKey, keyslot, sealed.subarray(0, length))).toThrow(coded('damaged'));
  });
});
