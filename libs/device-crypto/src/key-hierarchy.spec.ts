import { hkdfSync } from 'node:crypto';

import { EncodingError, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  deriveChunkIdKey,
  deriveGearTableKey,
  deriveKeyId,
  deriveKeyringWrapKey,
  deriveOwnerKey,
  derivePasskeyWrapKey,
  derivePasswordWrapKey,
  deriveSealingKey,
  generateBackupKey,
  generateEpochKey,
  generateRepositorySecret,
  passkeyPrfInput,
  requireBackupKey,
  requirePrfOutput,
  sealingContext,
  type EpochKey,
  type ExportKey,
  type RepositorySecret,
} from './key-hierarchy';

const backupKey = requireBackupKey(seed('backup key'));
const repositorySecret = seed('repository secret') as RepositorySecret;
const epochKey = seed('epoch key') as EpochKey;
const exportKey = seed('export key', 64) as ExportKey;
const prfSalt = seed('prf salt');
const prfOutput = requirePrfOutput(seed('prf output'));

describe('derived keys', () => {
  // The same by OpenSSL, label written out: what this program writes must open in ten years.
  it.each([
    ['key id', deriveKeyId(backupKey), backupKey, 'coffer/v1/key-id'],
    ['keyring wrap key', deriveKeyringWrapKey(backupKey), backupKey, 'coffer/v1/keyring-wrap'],
    ['owner seed', deriveOwnerKey(backupKey).seed, backupKey, 'coffer/v1/owner-signature'],
    ['chunk id key', deriveChunkIdKey(repositorySecret), repositorySecret, 'coffer/v1/chunk-id'],
    ['gear table key', deriveGearTableKey(repositorySecret), repositorySecret, 'coffer/v1/gear-table'],
    ['pack sealing key', deriveSealingKey(epochKey, 'pack'), epochKey, 'coffer/v1/pack-sealing'],
    ['index sealing key', deriveSealingKey(epochKey, 'index'), epochKey, 'coffer/v1/index-sealing'],
    ['snapshot sealing key', deriveSealingKey(epochKey, 'snapshot'), epochKey, 'coffer/v1/snapshot-sealing'],
    ['prune sealing key', deriveSealingKey(epochKey, 'prune'), epochKey, 'coffer/v1/prune-sealing'],
    ['password wrap key', derivePasswordWrapKey(exportKey), exportKey, 'coffer/v1/password-wrap'],
    ['PRF input', passkeyPrfInput(prfSalt), prfSalt, 'coffer/v1/passkey-prf-input'],
    ['passkey wrap key', derivePasskeyWrapKey(prfOutput), prfOutput, 'coffer/v1/passkey-wrap'],
  ])('%s is HKDF-SHA-256 without salt under its label', (_name, derived, from, label) => {
    const expected = hkdfSync('sha256', from, new Uint8Array(0), label, derived.length);
    expect(toHex(derived)).toBe(Buffer.from(expected).toString('hex'));
  });

  it('have 8 bytes for the key id and 32 for all else', () => {
    expect(deriveKeyId(backupKey)).toHaveLength(8);
    expect(deriveOwnerKey(backupKey).publicKey).toHaveLength(32);
    expect(deriveSealingKey(epochKey, 'pack')).toHaveLength(32);
  });

  it('are refused from secrets of another length', () => {
    expect(() => deriveKeyId(new Uint8Array(31) as typeof backupKey)).toThrow(EncodingError);
    expect(() => derivePasswordWrapKey(new Uint8Array(32) as unknown as ExportKey)).toThrow(EncodingError);
    expect(() => requireBackupKey(new Uint8Array(33))).toThrow(EncodingError);
    expect(() => passkeyPrfInput(new Uint8Array(16))).toThrow(EncodingError);
    expect(() => requirePrfOutput(new Uint8Array(64))).toThrow(EncodingError);
  });

  it('leave the secret alone', () => {
    deriveOwnerKey(backupKey);
    expect(backupKey).toEqual(seed('backup key'));
  });
});

describe('generated keys', () => {
  it.each([generateBackupKey, generateRepositorySecret, generateEpochKey])('are 32 new bytes each time', (generate) => {
    expect(generate()).toHaveLength(32);
    expect(generate()).not.toEqual(generate());
  });
});

describe('sealingContext', () => {
  it('is label, repository id, epoch and object id one after the other', () => {
    const context = sealingContext('pack', seed('repository', 16), 258, seed('object'));
    const expected = [utf8('coffer/v1/pack'), seed('repository', 16), Uint8Array.of(0, 0, 1, 2), seed('object')];
    expect(Buffer.from(context).equals(Buffer.concat(expected))).toBe(true);
  });

  it('refuses a repository id of another length and an epoch beyond 32 bits', () => {
    expect(() => sealingContext('pack', seed('repository', 15), 1, seed('object'))).toThrow(EncodingError);
    expect(() => sealingContext('pack', seed('repository', 16), 2 ** 32, seed('object'))).toThrow(EncodingError);
  });
});
