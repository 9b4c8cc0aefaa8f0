/**
 * Every label that goes into HKDF-SHA-256 as `info`: the one table, mirrored in docs/key-labels.md. A label names what its
 * output is for and is never used for two purposes.
 */
export const keyLabels = {
  keyId: 'coffer/v1/key-id',
  keyringWrap: 'coffer/v1/keyring-wrap',
  ownerSignature: 'coffer/v1/owner-signature',
  chunkId: 'coffer/v1/chunk-id',
  gearTable: 'coffer/v1/gear-table',
  packSealing: 'coffer/v1/pack-sealing',
  indexSealing: 'coffer/v1/index-sealing',
  snapshotSealing: 'coffer/v1/snapshot-sealing',
  pruneSealing: 'coffer/v1/prune-sealing',
  passwordWrap: 'coffer/v1/password-wrap',
  passkeyPrfInput: 'coffer/v1/passkey-prf-input',
  passkeyWrap: 'coffer/v1/passkey-wrap',
} as const;

/** Every label that opens the context of a sealed object (chunked encryption). Mirrored in docs/key-labels.md too. */
export const contextLabels = {
  pack: 'coffer/v1/pack',
  index: 'coffer/v1/index',
  snapshot: 'coffer/v1/snapshot',
  prune: 'coffer/v1/prune',
} as const;

/** Opens what the salt of a sealed message is made of. Mirrored in docs/key-labels.md too. */
export const saltLabel = 'coffer/v1/message-salt';

/** What is sealed with chunked encryption under an epoch key. */
export type SealedKind = keyof typeof contextLabels;
