// What the specs of this lib share: keys, ids, and one valid body of every purpose.
import { requireSigningSeed, signingPublicKey } from '@coffer/crypto';
import { seed } from '@coffer/test-kit';

import {
  ProofBuilder,
  type Head,
  type ProofOfRestorability,
  type RepositoryBodies,
  type VaultBodies,
} from '../src/index';

export const ownerSecret = requireSigningSeed(seed('owner secret'));
export const ownerPublicKey = signingPublicKey(ownerSecret);
export const newOwnerSecret = requireSigningSeed(seed('new owner secret'));
export const newOwnerPublicKey = signingPublicKey(newOwnerSecret);
export const newKeyId = seed('new key id', 8);
export const vaultId = seed('vault id', 16);
export const repositoryId = seed('repository id', 16);
export const keyId = seed('key id', 8);
export const account = '01893a5e-1c2b-7def-8123-456789abcdef';
export const anotherAccount = '01893a5e-1c2b-7def-8123-456789abcdee';
export const anId = '01893a5e-1c2b-7000-9123-000000000001';
export const nowMs = Date.UTC(2026, 10, 23, 10);

export const head: Head = {
  v: 1,
  repositoryId,
  keyId,
  keyringVersion: 2,
  epoch: 3,
  generation: 7,
  previous: seed('previous head'),
  pruneGeneration: 4,
  snapshotId: 'a1b2c3',
  snapshotSha256: seed('snapshot'),
};

export function sampleProof(): ProofOfRestorability {
  const builder = new ProofBuilder();
  builder.addObject({ path: 'snapshots/1/a1b2c3', sizeBytes: 900, sha256: seed('sealed snapshot') });
  builder.addObject({ path: 'packs/1/0f/0f00', sizeBytes: 16_000_000, sha256: seed('sealed pack') });
  builder.addObject({ path: 'packs/1/aa/aa00', sizeBytes: 5000, sha256: seed('another pack') });
  const plaintext = {
    provider: 's3',
    location: 's3://bucket/prefix',
    objectId: anId,
    version: 'v1',
    sizeBytes: 12_345,
    sha256: seed('plaintext'),
  };
  builder.addItem(plaintext, 'Databases/msgstore.db', ['packs/1/0f/0f00', 'snapshots/1/a1b2c3']);
  builder.addItem({ ...plaintext, version: 'v0', sha256: seed('older') }, 'Databases/old.db', ['packs/1/aa/aa00']);
  return builder.build({
    repositoryId,
    keyId,
    headHash: seed('head hash'),
    snapshotId: 'a1b2c3',
    samplePercent: 25,
    createdAtMs: nowMs,
    counts: { objects: 40, bytes: 500_000_000, files: 12, conversations: 173, messages: 221_619 },
  });
}

export const vaultBodies: VaultBodies = {
  'activate-digits': { ownerPublicKey, keyId, kind: 'digits' },
  'activate-passkey': {
    ...{ keyId, rpId: 'portal.example', credentialId: seed('credential', 16) },
    ...{ prfSalt: seed('prf salt'), sealedBackupKey: seed('passkey wrap', 72) },
  },
  'register-password': { registrationRequest: seed('registration request') },
  'password-record': {
    registrationId: anId,
    ownerPublicKey,
    keyId,
    record: seed('record', 192),
    sealedBackupKey: seed('sealed', 72),
    ksf: { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 },
  },
  'password-confirm': { registrationId: anId, loginId: anId, ke1Hash: seed('ke1') },
  'remove-keyslot': { keyslotId: anId },
  'guess-veto': { seconds: 259_200 },
  'cancel-new-start': { newStartId: anId },
  'undo-new-start': { newStartId: anId },
  'cancel-deletion': { deletionId: anId },
  'delete-account': { deletionId: anId },
  'remove-repository': { repositoryId, pins: 3 },
  'rotation-record': {
    registrationId: anId,
    ownerPublicKey,
    newOwnerPublicKey,
    keyId: newKeyId,
    record: seed('record', 192),
    sealedBackupKey: seed('sealed', 72),
    ksf: { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 },
  },
  rotate: {
    ownerPublicKey,
    newOwnerPublicKey,
    newKeyId,
    heads: [
      {
        repositoryId,
        expected: seed('head hash'),
        head: { statement: seed('statement', 120), signature: seed('signature', 64), body: seed('body', 200) },
      },
      { repositoryId: seed('empty repository', 16), expected: null, head: null },
    ],
    activated: [
      { kind: 'digits' },
      { kind: 'password', registrationId: anId, serial: 5 },
      {
        kind: 'passkey',
        rpId: 'portal.example',
        credentialId: seed('credential', 20),
        prfSalt: seed('prf salt'),
        sealedBackupKey: seed('sealed', 72),
      },
    ],
    removed: [anId],
  },
  'key-check': { kind: 'digits', outcome: 'passed' },
  'create-repository': { repositoryId, keyId },
  'create-grant': { repositoryId },
  'delete-objects': {
    repositoryId,
    headHash: seed('head hash'),
    pruneGeneration: 5,
    paths: ['packs/1/aa/aa00', 'index/1/bb00'],
  },
  proof: sampleProof(),
  'release-pin': {
    repositoryId,
    snapshotId: 'a1b2c3',
    itemPath: 'Databases/msgstore.db',
    sizeBytes: 12_345,
    modifiedMs: nowMs - 1000,
    sha256: seed('plaintext'),
  },
  'start-purge': { consentAtMs: nowMs - 5000, graceSeconds: null },
  'resume-purge': { consentAtMs: nowMs - 5000, graceSeconds: 0 },
  'read-plaintext': { objectId: anId, offset: 0, length: 1_048_576 },
  'release-plaintext': { objectId: anId, sha256: seed('plaintext'), sizeBytes: 0, modifiedMs: nowMs },
  'quarantine-plaintext': { objectId: anId, reason: 'not-a-backup' },
};

export const repositoryBodies: RepositoryBodies = {
  head,
  snapshot: seed('the body of a snapshot', 300),
  'prune-list': {
    pruneGeneration: 5,
    generation: 9,
    snapshots: ['snapshots/1/bb00'],
    marks: [
      { path: 'packs/1/aa/aa00', atMs: nowMs, decidedAtMs: null },
      { path: 'packs/1/aa/aa01', atMs: nowMs - 1, decidedAtMs: nowMs },
    ],
  },
  rotation: { generation: 8, headHash: seed('rotated head'), newKeyId, newOwnerPublicKey },
};
