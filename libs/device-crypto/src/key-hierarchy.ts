import {
  hkdfSha256,
  randomBytes,
  requireSigningSeed,
  signingPublicKey,
  type Branded,
  type SigningSeed,
} from '@coffer/crypto';
import { concatBytes, requireBytes, u32be, utf8 } from '@coffer/foundation';

import { contextLabels, keyLabels, type SealedKind } from './labels';

/** K: 32 random bytes made on a device; opens everything. */
export type BackupKey = Branded<'backup key'>;
/** 8 bytes derived from a backup key; public; names which key opens what. */
export type KeyId = Branded<'key id'>;
/** 32 bytes; seals the keyring with XChaCha20-Poly1305. */
export type KeyringWrapKey = Branded<'keyring wrap key'>;
/** 32 random bytes of a repository that never change, so that de-duplication works across epochs. */
export type RepositorySecret = Branded<'repository secret'>;
/** 32 random bytes of one epoch. */
export type EpochKey = Branded<'epoch key'>;
/** 32 bytes: the input key of chunked encryption for one kind of object in one epoch. */
export type SealingKey = Branded<'sealing key'>;
/** 32 bytes: key of HMAC-SHA-256 that gives chunk ids. */
export type ChunkIdKey = Branded<'chunk id key'>;
/** 32 bytes from which the gear table of content-defined chunking is drawn. */
export type GearTableKey = Branded<'gear table key'>;
/** 64 bytes that OPAQUE gives to who knows the password. */
export type ExportKey = Branded<'OPAQUE export key'>;
/** 32 bytes; seals the backup key of a password keyslot with XChaCha20-Poly1305. */
export type PasswordWrapKey = Branded<'password wrap key'>;
/** 32 bytes that a passkey's PRF gives after the person was verified (WebAuthn level 3, section 10.1.4). */
export type PrfOutput = Branded<'passkey PRF output'>;
/** 32 bytes; seals the backup key of a passkey keyslot with XChaCha20-Poly1305. */
export type PasskeyWrapKey = Branded<'passkey wrap key'>;

/** The key that signs whatever destroys or replaces. */
export interface OwnerKey {
  readonly seed: SigningSeed;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** Lengths in bytes. */
export const backupKeyBytes = 32;
export const keyIdBytes = 8;
export const repositorySecretBytes = 32;
export const epochKeyBytes = 32;
export const repositoryIdBytes = 16;
export const exportKeyBytes = 64;
export const prfOutputBytes = 32;
export const prfSaltBytes = 32;

/** A new backup key from the platform's generator. */
export function generateBackupKey(): BackupKey {
  return randomBytes(backupKeyBytes) as BackupKey;
}

/** Names 32 bytes a backup key. @throws EncodingError `invalid-length` */
export function requireBackupKey(bytes: Uint8Array): BackupKey {
  return requireBytes(bytes, backupKeyBytes, 'backup key') as BackupKey;
}

/** A new repository secret from the platform's generator. */
export function generateRepositorySecret(): RepositorySecret {
  return randomBytes(repositorySecretBytes) as RepositorySecret;
}

/** A new epoch key from the platform's generator. */
export function generateEpochKey(): EpochKey {
  return randomBytes(epochKeyBytes) as EpochKey;
}

/** The 8-byte key id of a backup key. */
export function deriveKeyId(backupKey: BackupKey): KeyId {
  return derive(backupKey, backupKeyBytes, keyLabels.keyId, keyIdBytes) as KeyId;
}

/** The key that seals the keyring. */
export function deriveKeyringWrapKey(backupKey: BackupKey): KeyringWrapKey {
  return derive(backupKey, backupKeyBytes, keyLabels.keyringWrap) as KeyringWrapKey;
}

/** The owner key of a backup key. */
export function deriveOwnerKey(backupKey: BackupKey): OwnerKey {
  const seed = requireSigningSeed(derive(backupKey, backupKeyBytes, keyLabels.ownerSignature));
  return { seed, publicKey: signingPublicKey(seed) };
}

/** The key of HMAC-SHA-256 that gives chunk ids. */
export function deriveChunkIdKey(secret: RepositorySecret): ChunkIdKey {
  return derive(secret, repositorySecretBytes, keyLabels.chunkId) as ChunkIdKey;
}

/** The key from which the gear table is drawn. */
export function deriveGearTableKey(secret: RepositorySecret): GearTableKey {
  return derive(secret, repositorySecretBytes, keyLabels.gearTable) as GearTableKey;
}

/** The input key of chunked encryption for one kind of object. */
export function deriveSealingKey(epochKey: EpochKey, kind: SealedKind): SealingKey {
  return derive(epochKey, epochKeyBytes, keyLabels[`${kind}Sealing`]) as SealingKey;
}

/** The key that seals the backup key of a password keyslot. */
export function derivePasswordWrapKey(exportKey: ExportKey): PasswordWrapKey {
  return derive(exportKey, exportKeyBytes, keyLabels.passwordWrap) as PasswordWrapKey;
}

/** Names 32 bytes the output of a passkey's PRF. @throws EncodingError `invalid-length` */
export function requirePrfOutput(bytes: Uint8Array): PrfOutput {
  return requireBytes(bytes, prfOutputBytes, 'PRF output') as PrfOutput;
}

/**
 * What the PRF of a passkey is evaluated at: 32 bytes, public, for `eval.first`.
 *
 * @param prfSalt - of the keyslot, 32 bytes
 * @throws EncodingError `invalid-length`
 */
export function passkeyPrfInput(prfSalt: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(prfSalt, prfSaltBytes, keyLabels.passkeyPrfInput);
}

/** The key that seals the backup key of a passkey keyslot. */
export function derivePasskeyWrapKey(output: PrfOutput): PasskeyWrapKey {
  return derive(output, prfOutputBytes, keyLabels.passkeyWrap) as PasskeyWrapKey;
}

/**
 * The context of a sealed object: label of its kind, repository id, epoch as u32be, object id. Nothing sealed under it opens
 * in another place, under another name, or as another kind.
 *
 * @param repositoryId - 16 bytes
 * @param epoch - from 1 on
 * @param objectId - of any length; it comes last, so the whole parses in one way only
 * @throws EncodingError `invalid-length` or `out-of-range`
 */
export function sealingContext(
  kind: SealedKind,
  repositoryId: Uint8Array,
  epoch: number,
  objectId: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concatBytes(
    utf8(contextLabels[kind]),
    requireBytes(repositoryId, repositoryIdBytes, 'repository id'),
    u32be(epoch),
    requireBytes(objectId, undefined, 'object id'),
  );
}

function derive(from: Uint8Array, fromBytes: number, label: string, length = 32): Uint8Array<ArrayBuffer> {
  return hkdfSha256(requireBytes(from, fromBytes, 'key'), new Uint8Array(0), utf8(label), length);
}
