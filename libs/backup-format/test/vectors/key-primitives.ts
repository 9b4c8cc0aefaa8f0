import { defaultArgon2Parameters, hkdfSha256, ksfCbor, opaqueIdentities, sha256 } from '@coffer/crypto';
import {
  deriveChunkIdKey,
  deriveGearTableKey,
  deriveKeyId,
  deriveOwnerKey,
  deriveSealingKey,
  formatDigits,
  formatKeyId,
  formatKitRows,
  keyLabels,
  openKeyring,
  requireBackupKey,
  sealBackupKey,
  sealingContext,
  sealKeyring,
  type EpochKey,
  type ExportKey,
  type Keyring,
  type RepositorySecret,
  type SealedKind,
} from '@coffer/device-crypto';
import { encodeCbor, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';

import type { PrimitiveMakers } from './primitives';

export const backupKey = requireBackupKey(seed('primitives: backup key'));
export const repositoryId = seed('primitives: repository id', 16);
export const repositorySecret = seed('primitives: repository secret') as RepositorySecret;
export const epochKey = seed('primitives: epoch key') as EpochKey;
const exportKey = seed('primitives: OPAQUE export key', 64) as ExportKey;
const sealedKinds: readonly SealedKind[] = ['pack', 'index', 'snapshot', 'prune'];

/** Bytes that a reader draws by itself. */
export function drawn(name: string, bytes: number): { readonly seed: string; readonly bytes: number } {
  return { seed: name, bytes };
}

/** docs/key-labels.md, "Derived with HKDF-SHA-256": what each label gives, and the keys by their names. */
export function derivedKeys(): object {
  const owner = deriveOwnerKey(backupKey);
  const { keyId, keyringWrap, ownerSignature, chunkId, gearTable, passwordWrap, ...sealing } = keyLabels;
  const outputs = (from: Uint8Array, labels: readonly string[]): object =>
    Object.fromEntries(
      labels.map((label) => [label, toHex(hkdfSha256(from, new Uint8Array(0), utf8(label), label === keyId ? 8 : 32))]),
    );
  return {
    labels: {
      fromBackupKey: outputs(backupKey, [keyId, keyringWrap, ownerSignature]),
      fromRepositorySecret: outputs(repositorySecret, [chunkId, gearTable]),
      fromEpochKey: outputs(epochKey, Object.values(sealing)),
      fromExportKey: outputs(exportKey, [passwordWrap]),
    },
    exportKey: toHex(exportKey),
    backupKey: toHex(backupKey),
    keyId: toHex(deriveKeyId(backupKey)),
    ownerSeed: toHex(owner.seed),
    ownerPublicKey: toHex(owner.publicKey),
    repositorySecret: toHex(repositorySecret),
    chunkIdKey: toHex(deriveChunkIdKey(repositorySecret)),
    gearTableKey: toHex(deriveGearTableKey(repositorySecret)),
    epochKey: toHex(epochKey),
    sealingKeys: Object.fromEntries(sealedKinds.map((kind) => [kind, toHex(deriveSealingKey(epochKey, kind))])),
  };
}

/** docs/protocol.md, "64-digit key"; docs/key-labels.md, "Row check of the emergency kit". */
export function digitsPrimitive(): object {
  return {
    backupKey: toHex(backupKey),
    text: formatDigits(backupKey),
    keyId: formatKeyId(deriveKeyId(backupKey)),
    kitRows: formatKitRows(backupKey),
  };
}

/** docs/key-labels.md, "Sealed keyring". */
export function keyringPrimitive(): object {
  const keyring: Keyring = {
    keyringVersion: 2,
    repositorySecret,
    epochs: [
      { epoch: 1, key: epochKey },
      { epoch: 2, key: seed('primitives: epoch key 2') as EpochKey },
    ],
    ownerPublicKeys: [seed('primitives: an older owner'), deriveOwnerKey(backupKey).publicKey],
    configSha256: seed('primitives: SHA-256 of config'),
    mandatoryFeatures: [],
  };
  const nonce = seed('primitives: nonce of the keyring', 24);
  const sealed = sealKeyring(backupKey, repositoryId, keyring, nonce);
  openKeyring(backupKey, sealed);
  return {
    backupKey: toHex(backupKey),
    repositoryId: toHex(repositoryId),
    keyringVersion: keyring.keyringVersion,
    epochs: keyring.epochs.map(({ epoch, key }) => [epoch, toHex(key)]),
    features: keyring.mandatoryFeatures,
    owners: keyring.ownerPublicKeys.map(toHex),
    secret: toHex(repositorySecret),
    config: toHex(keyring.configSha256),
    nonce: toHex(nonce),
    sealed: toHex(sealed),
  };
}

/** docs/key-labels.md, "Sealed backup key of a password keyslot" and "OPAQUE identities". */
export function passwordPrimitive(): object {
  const account = { issuer: 'https://login.example', subject: 'ada' };
  const terms = { serial: 7, ksf: defaultArgon2Parameters };
  const vaultId = 'AAECAwQFBgcICQoLDA0ODw';
  const nonce = seed('primitives: nonce of the sealed backup key', 24);
  const keyslot = { account, ...terms, vaultId, keyId: deriveKeyId(backupKey) };
  return {
    ...keyslot,
    keyId: toHex(keyslot.keyId),
    exportKey: toHex(exportKey),
    backupKey: toHex(backupKey),
    associatedData: toHex(
      encodeCbor({
        v: 1,
        purpose: 'password',
        account,
        serial: terms.serial,
        vaultId,
        keyId: keyslot.keyId,
        ksf: ksfCbor(terms.ksf),
      }),
    ),
    nonce: toHex(nonce),
    sealed: toHex(sealBackupKey(exportKey, keyslot, backupKey, nonce)),
    identities: opaqueIdentities({ ...account, ...terms }, vaultId),
  };
}

/** Argon2id 1.3 (RFC 9106) with the work of new password keyslots. */
export async function argon2idPrimitive({ argon2id }: PrimitiveMakers): Promise<object> {
  const password = utf8('correct horse battery staple');
  const salt = seed('primitives: salt of Argon2id', 16);
  const output = await argon2id(password, salt, defaultArgon2Parameters, 64);
  return { password: toHex(password), salt: toHex(salt), ...defaultArgon2Parameters, output: toHex(output) };
}

/** docs/format/v1.md, "Sealed objects", at the borders of a piece. */
export async function sealedObjects({ sealChunked }: PrimitiveMakers): Promise<readonly object[]> {
  const lengths = [0, 1, 20, 16_383, 16_384, 16_385, 40_000];
  return Promise.all(
    lengths.map(async (length, at) => {
      const kind = (['pack', 'index', 'snapshot'] as const)[at % 3]!;
      const objectId = seed(`primitives: object id ${at}`, 16);
      const inputKey = deriveSealingKey(epochKey, kind);
      const context = sealingContext(kind, repositoryId, 1, objectId);
      const salt = seed(`primitives: salt ${at}`, 24);
      const name = `primitives: plaintext ${at}`;
      const sealed = await sealChunked({ inputKey, context }, seed(name, length), salt);
      return {
        kind,
        epoch: 1,
        objectId: toHex(objectId),
        inputKey: toHex(inputKey),
        context: toHex(context),
        salt: toHex(salt),
        plaintext: drawn(name, length),
        sealedBytes: sealed.length,
        sealedSha256: toHex(sha256(sealed)),
        ...(sealed.length < 200 ? { sealed: toHex(sealed) } : {}),
      };
    }),
  );
}
