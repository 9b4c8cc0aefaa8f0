import { openXChaCha, randomBytes, sealXChaCha, wipe, xChaChaNonceBytes, xChaChaTagBytes } from '@coffer/crypto';
import {
  concatBytes,
  decodeCbor,
  encodeCbor,
  EncodingError,
  equalBytes,
  readU32be,
  requireBytes,
  u32be,
  utf8,
  type CborValue,
} from '@coffer/foundation';

import { DeviceCryptoError } from './errors';
import {
  deriveKeyId,
  deriveKeyringWrapKey,
  epochKeyBytes,
  keyIdBytes,
  repositoryIdBytes,
  repositorySecretBytes,
  type BackupKey,
  type EpochKey,
  type KeyId,
  type RepositorySecret,
} from './key-hierarchy';

/** The key of one epoch. */
export interface KeyringEpoch {
  /** From 1 on. */
  readonly epoch: number;
  readonly key: EpochKey;
}

/** Everything that opens a repository, once the backup key has opened this. */
export interface Keyring {
  /** From 1 on; rotation raises it. */
  readonly keyringVersion: number;
  readonly repositorySecret: RepositorySecret;
  /** Ascending, at least one; the last is the current one. */
  readonly epochs: readonly KeyringEpoch[];
  /** Ed25519 public keys of 32 bytes, oldest first; the last belongs to the backup key that seals this keyring. */
  readonly ownerPublicKeys: readonly Uint8Array<ArrayBuffer>[];
  /** SHA-256 of the repository's `config` object, 32 bytes. */
  readonly configSha256: Uint8Array<ArrayBuffer>;
  /** Names of features that a reader must know. */
  readonly mandatoryFeatures: readonly string[];
}

/** The cleartext start of a sealed keyring. A hint until the keyring opens. */
export interface KeyringHeader {
  readonly keyringVersion: number;
  readonly currentEpoch: number;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array<ArrayBuffer>;
  readonly keyId: KeyId;
}

/** First bytes of a sealed keyring. */
export const keyringMagic = utf8('CofferKR');
/** The version of these bytes. */
export const keyringFormatVersion = 1;
/** Magic 8, version u32be, keyring version u32be, current epoch u32be, repository id 16, key id 8. */
export const keyringHeaderBytes = 8 + 4 + 4 + 4 + repositoryIdBytes + keyIdBytes;
/** Longest sealed keyring that is read: room for over 10,000 epochs. */
export const keyringMaximumBytes = 1_048_576;

/**
 * Seals a keyring: header, 24-byte nonce, XChaCha20-Poly1305 of the deterministic CBOR
 * {config, epochs: [[epoch, key]], features, owners, secret}, under a key derived from the backup key, the header as
 * associated data. `nonce` (24 bytes) is for tests that compare bytes; it is drawn at random unless given.
 *
 * @throws EncodingError `invalid-length` or `out-of-range` on a keyring that is none
 */
export function sealKeyring(
  backupKey: BackupKey,
  repositoryId: Uint8Array,
  keyring: Keyring,
  nonce: Uint8Array = randomBytes(xChaChaNonceBytes),
): Uint8Array<ArrayBuffer> {
  const plaintext = encodeKeyring(keyring);
  const header = concatBytes(
    keyringMagic,
    u32be(keyringFormatVersion),
    u32be(keyring.keyringVersion),
    u32be(keyring.epochs.at(-1)!.epoch),
    requireBytes(repositoryId, repositoryIdBytes, 'repository id'),
    deriveKeyId(backupKey),
  );
  const wrapKey = deriveKeyringWrapKey(backupKey);
  const ciphertext = sealXChaCha(wrapKey, nonce, plaintext, header);
  wipe(wrapKey, plaintext);
  return concatBytes(header, nonce, ciphertext);
}

/**
 * Reads the cleartext header.
 *
 * @throws DeviceCryptoError `damaged` (no keyring, cut short, too long), `unsupported-version`
 */
export function readKeyringHeader(sealed: Uint8Array): KeyringHeader {
  const least = keyringHeaderBytes + xChaChaNonceBytes + xChaChaTagBytes;
  if (sealed.length < least || sealed.length > keyringMaximumBytes) {
    throw new DeviceCryptoError('damaged', `a sealed keyring has ${least} to ${keyringMaximumBytes} bytes`);
  }
  if (!equalBytes(sealed.subarray(0, keyringMagic.length), keyringMagic)) {
    throw new DeviceCryptoError('damaged', 'these bytes are no keyring');
  }
  const version = readU32be(sealed, 8);
  if (version !== keyringFormatVersion) {
    throw new DeviceCryptoError('unsupported-version', 'the keyring was written by a newer program; update this one', {
      fields: { version },
    });
  }
  return {
    keyringVersion: readU32be(sealed, 12),
    currentEpoch: readU32be(sealed, 16),
    repositoryId: sealed.slice(20, 20 + repositoryIdBytes),
    keyId: sealed.slice(20 + repositoryIdBytes, keyringHeaderBytes) as KeyId,
  };
}

/**
 * Opens a keyring. The caller still compares `configSha256` and `mandatoryFeatures` with the repository before any other act.
 *
 * @throws DeviceCryptoError `wrong-key` where another backup key sealed it; `damaged`; `unsupported-version`
 */
export function openKeyring(
  backupKey: BackupKey,
  sealed: Uint8Array,
): { readonly header: KeyringHeader; readonly keyring: Keyring } {
  const header = readKeyringHeader(sealed);
  if (!equalBytes(header.keyId, deriveKeyId(backupKey))) {
    throw new DeviceCryptoError('wrong-key', 'this repository is sealed with another backup key; nothing was changed');
  }
  const bodyAt = keyringHeaderBytes + xChaChaNonceBytes;
  const wrapKey = deriveKeyringWrapKey(backupKey);
  try {
    const plaintext = openXChaCha(
      wrapKey,
      sealed.slice(keyringHeaderBytes, bodyAt),
      sealed.subarray(bodyAt),
      sealed.subarray(0, keyringHeaderBytes),
    );
    const keyring = decodeKeyring(plaintext, header);
    wipe(plaintext);
    return { header, keyring };
  } catch (cause) {
    throw new DeviceCryptoError('damaged', 'the keyring is damaged; another copy or version of it may be sound', {
      cause,
    });
  } finally {
    wipe(wrapKey);
  }
}

function encodeKeyring(keyring: Keyring): Uint8Array<ArrayBuffer> {
  requireOrder(keyring.epochs);
  requireVersion(keyring.keyringVersion, 'keyring version');
  if (keyring.ownerPublicKeys.length === 0) throw new EncodingError('out-of-range', 'a keyring names an owner key');
  return encodeCbor({
    config: requireBytes(keyring.configSha256, 32, 'config SHA-256'),
    epochs: keyring.epochs.map(({ epoch, key }) => [epoch, requireBytes(key, epochKeyBytes, 'epoch key')]),
    features: [...keyring.mandatoryFeatures],
    owners: keyring.ownerPublicKeys.map((key) => requireBytes(key, 32, 'owner public key')),
    secret: requireBytes(keyring.repositorySecret, repositorySecretBytes, 'repository secret'),
  });
}

function decodeKeyring(plaintext: Uint8Array, header: KeyringHeader): Keyring {
  const map = requireMap(decodeCbor(plaintext), ['config', 'epochs', 'features', 'owners', 'secret']);
  const epochs = requireList(map['epochs'], 'epochs').map((entry): KeyringEpoch => {
    const [epoch, key, ...rest] = requireList(entry, 'epoch');
    if (typeof epoch !== 'number' || rest.length > 0) throw new EncodingError('invalid-encoding', 'epoch entry');
    return { epoch, key: bytesOf(key, epochKeyBytes, 'epoch key') as EpochKey };
  });
  requireOrder(epochs);
  if (epochs.at(-1)!.epoch !== header.currentEpoch) {
    throw new EncodingError('out-of-range', 'the header names another epoch than the last one');
  }
  const ownerPublicKeys = requireList(map['owners'], 'owners').map((key) => bytesOf(key, 32, 'owner public key'));
  if (ownerPublicKeys.length === 0) throw new EncodingError('out-of-range', 'no owner key');
  return {
    keyringVersion: requireVersion(header.keyringVersion, 'keyring version'),
    repositorySecret: bytesOf(map['secret'], repositorySecretBytes, 'repository secret') as RepositorySecret,
    epochs,
    ownerPublicKeys,
    configSha256: bytesOf(map['config'], 32, 'config SHA-256'),
    mandatoryFeatures: requireList(map['features'], 'features').map((feature) => {
      if (typeof feature !== 'string') throw new EncodingError('invalid-encoding', 'feature is no text');
      return feature;
    }),
  };
}

function requireOrder(epochs: readonly KeyringEpoch[]): void {
  let previous = 0;
  for (const { epoch } of epochs) {
    if (requireVersion(epoch, 'epoch') <= previous) throw new EncodingError('out-of-range', 'epochs must ascend');
    previous = epoch;
  }
  if (previous === 0) throw new EncodingError('out-of-range', 'a keyring holds at least one epoch');
}

function requireVersion(value: number, title: string): number {
  if (!Number.isInteger(value) || value < 1 || value > 0xffff_ffff) {
    throw new EncodingError('out-of-range', `${title} must be a whole number from 1 to 2^32-1`);
  }
  return value;
}

function requireMap(value: CborValue, keys: readonly string[]): Readonly<Record<string, CborValue | undefined>> {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array || isList(value)) {
    throw new EncodingError('invalid-encoding', 'keyring is no map');
  }
  const found = Object.keys(value);
  if (found.length !== keys.length || !keys.every((key) => found.includes(key))) {
    throw new EncodingError('invalid-encoding', 'keyring has other fields than this version');
  }
  return value;
}

function requireList(value: CborValue | undefined, title: string): readonly CborValue[] {
  if (value === undefined || !isList(value)) throw new EncodingError('invalid-encoding', `${title} is no list`);
  return value;
}

function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

function bytesOf(value: CborValue | undefined, length: number, title: string): Uint8Array<ArrayBuffer> {
  return requireBytes(value, length, title).slice();
}
