import { defaultArgon2Parameters } from '@coffer/crypto';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { sealedBackupKeyBytes } from './backup-key-wrap';
import { deriveKeyId, requireBackupKey, type ExportKey, type KeyId } from './key-hierarchy';
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

describe('openSealedBackupKey', () => {
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
