export type { Argon2id } from './argon2';
export { sealedBackupKeyBytes } from './backup-key-wrap';
export { newMessageSalt } from './chunked/message-salt';
export {
  chunkedCommitmentBytes,
  chunkedHeaderBytes,
  chunkedMaximumPieces,
  chunkedPieceBytes,
  chunkedSaltBytes,
  chunkedSealedPieceBytes,
  chunkedTagBytes,
  pieceCount,
  piecePlace,
  plainSize,
  sealedSize,
  type PiecePlace,
} from './chunked/sizes';
export type { ChunkedEncryption, ChunkedKey, ChunkedReader, ChunkedSuite, RangeSource } from './chunked/types';
export {
  digitCount,
  digitGroups,
  digitsPerGroup,
  formatDigits,
  inspectDigits,
  parseDigits,
  type DigitsProgress,
} from './digits';
export { DeviceCryptoError, type DeviceCryptoErrorCode } from './errors';
export {
  backupKeyBytes,
  deriveChunkIdKey,
  deriveGearTableKey,
  deriveKeyId,
  deriveOwnerKey,
  deriveSealingKey,
  generateBackupKey,
  generateEpochKey,
  generateRepositorySecret,
  keyIdBytes,
  passkeyPrfInput,
  prfOutputBytes,
  prfSaltBytes,
  repositoryIdBytes,
  requireBackupKey,
  requirePrfOutput,
  sealingContext,
  type BackupKey,
  type ChunkIdKey,
  type EpochKey,
  type ExportKey,
  type GearTableKey,
  type KeyId,
  type OwnerKey,
  type PrfOutput,
  type RepositorySecret,
  type SealingKey,
} from './key-hierarchy';
export {
  keyringFormatVersion,
  keyringHeaderBytes,
  keyringMagic,
  keyringMaximumBytes,
  openKeyring,
  readKeyringHeader,
  sealKeyring,
  type Keyring,
  type KeyringEpoch,
  type KeyringHeader,
} from './keyring';
export {
  formatKeyId,
  formatKitRows,
  inspectKitRow,
  kitRowCount,
  kitRowDigits,
  parseKeyId,
  parseKitRows,
  rowCheck,
  type KitRow,
  type KitRowState,
} from './kit';
export { contextLabels, keyLabels, type SealedKind } from './labels';
export { passwordMaximumBytes, preparePassword, type PasswordFault, type PreparedPassword } from './opaque-string';
export { newPrfSalt, openForPasskey, sealForPasskey, type PasskeyKeyslot } from './passkey-keyslot';
export {
  finishPasswordRecovery,
  finishPasswordRegistration,
  startPasswordRecovery,
  startPasswordRegistration,
  type KeyslotAgreement,
  type RecoveryState,
  type RegistrationState,
} from './password-keyslot';
export { openSealedBackupKey, sealBackupKey, type PasswordKeyslot } from './sealed-backup-key';
