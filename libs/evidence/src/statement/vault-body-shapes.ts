import { argon2Ranges } from '@coffer/crypto';

import { proofMaximumBytes, proofShape } from '../proof/proof-of-restorability';
import { passkeyWrapFields, rotationMaximumBytes, rotationShape } from '../rotation/rotation-body';
import {
  areDistinct,
  bytes,
  bytesBetween,
  instantMs,
  list,
  nullable,
  objectName,
  objectPath,
  oneOf,
  record,
  slug,
  text,
  uuid,
  where,
  whole,
  type Fields,
  type Shape,
} from '../shape';
import {
  maximumVetoSeconds,
  type KsfParameters,
  type PasswordRecordBody,
  type PurgeConsentBody,
  type VaultBodies,
  type VaultPurpose,
} from './vault-bodies';

const sha256 = bytes(32);

const ksf = record<KsfParameters>({
  algorithm: oneOf('argon2id'),
  memoryKiB: whole(argon2Ranges.memoryKiB.least, argon2Ranges.memoryKiB.most),
  iterations: whole(argon2Ranges.iterations.least, argon2Ranges.iterations.most),
  parallelism: whole(argon2Ranges.parallelism.least, argon2Ranges.parallelism.most),
});

const passwordRecord: Fields<PasswordRecordBody> = {
  registrationId: uuid,
  ownerPublicKey: bytes(32),
  keyId: bytes(8),
  record: bytes(192),
  sealedBackupKey: bytesBetween(40, 512),
  ksf,
};

const purgeConsent = record<PurgeConsentBody>({
  consentAtMs: instantMs,
  graceSeconds: nullable(whole(0, 365 * 86_400)),
});

/** How the body of each purpose is read. */
export const vaultBodyShapes: { readonly [P in VaultPurpose]: Shape<VaultBodies[P]> } = {
  'activate-digits': record({ ownerPublicKey: bytes(32), keyId: bytes(8), kind: oneOf('digits') }),
  'activate-passkey': record({ keyId: bytes(8), ...passkeyWrapFields }),
  'register-password': record({ registrationRequest: bytes(32) }),
  'password-record': record(passwordRecord),
  'password-confirm': record({ registrationId: uuid, loginId: uuid, ke1Hash: sha256 }),
  'remove-keyslot': record({ keyslotId: uuid }),
  'guess-veto': record({ seconds: whole(0, maximumVetoSeconds) }),
  'cancel-new-start': record({ newStartId: uuid }),
  'undo-new-start': record({ newStartId: uuid }),
  'cancel-deletion': record({ deletionId: uuid }),
  'delete-account': record({ deletionId: uuid }),
  'rotation-record': record({ ...passwordRecord, newOwnerPublicKey: bytes(32) }),
  rotate: rotationShape,
  'key-check': record({ kind: oneOf('digits', 'password'), outcome: oneOf('passed', 'failed') }),
  'create-repository': record({ repositoryId: bytes(16), keyId: bytes(8) }),
  'remove-repository': record({ repositoryId: bytes(16), pins: whole() }),
  'create-grant': record({ repositoryId: bytes(16) }),
  'delete-objects': where(
    record({
      repositoryId: bytes(16),
      headHash: sha256,
      pruneGeneration: whole(),
      paths: list(objectPath, 10_000, 1),
    }),
    ({ paths }) => (areDistinct(paths) ? undefined : 'a path is listed twice'),
  ),
  proof: proofShape,
  'release-pin': record({
    repositoryId: bytes(16),
    snapshotId: objectName,
    itemPath: text(4096),
    sizeBytes: whole(),
    modifiedMs: instantMs,
    sha256,
  }),
  'start-purge': purgeConsent,
  'resume-purge': purgeConsent,
  'read-plaintext': record({ objectId: uuid, offset: whole(), length: whole(1) }),
  'release-plaintext': record({ objectId: uuid, sha256, sizeBytes: whole(), modifiedMs: instantMs }),
  'quarantine-plaintext': record({ objectId: uuid, reason: slug }),
};

/** Largest body of a purpose in bytes. */
export function vaultBodyMaximumBytes(purpose: VaultPurpose): number {
  if (purpose === 'proof') return proofMaximumBytes;
  if (purpose === 'rotate') return rotationMaximumBytes;
  if (purpose === 'delete-objects') return 6 * 1024 * 1024;
  return 16 * 1024;
}
