export { cancelDeletion, deleteAccount } from './account-deletion';
export { openDeviceAccount, readOwnerAgain, type DeviceAccount } from './device-account';
export { activateDigits } from './digits-keyslot';
export { VaultDeviceError } from './errors';
export { reportKeyCheck } from './key-check';
export { setGuessVeto } from './guess-veto';
export { removeKeyslot } from './keyslot-removal';
export {
  checkLedger,
  listEvents,
  type CheckedLedger,
  type KnownLedger,
  type LedgerCheck,
  type LedgerMemory,
} from './ledger/check-ledger';
export { LedgerError } from './ledger/ledger-error';
export { decodeLedgerMemory, emptyLedgerMemory, encodeLedgerMemory, ledgerMemoryAfter } from './ledger/ledger-memory';
export { cancelNewStart, finishNewStart, undoNewStart } from './new-start';
export { OwnerSigner, type StatementTerms } from './owner-signer';
export { copyPasskeyWrap, passkeyCopyPath, repositoriesOf } from './passkey-copies';
export {
  activatePasskey,
  findPasskeys,
  listPasskeys,
  recoverByPasskey,
  resealPasskey,
  sealPasskey,
  type AddedPasskey,
  type PasskeyPlace,
} from './passkey-keyslot';
export { recoverByPassword, type OnGuessSpent, type Recovered } from './password-recovery';
export { proveRotationPassword, registerPassword } from './password-registration';
export { leastPasswordCharacters, ratePassword, type PasswordStrength } from './password-strength';
export {
  listFoundObjects,
  plaintextIdentity,
  readPlaintext,
  releasePlaintext,
  reportUnreadable,
  startPurge,
  submitProof,
} from './purge-flow';
export { removeRepository } from './repository-removal';
export { rotateAccount, type AccountRotation, type RotationStep } from './rotation';
export { VaultHeadKeeper } from './vault-head-keeper';
export { VaultRemover } from './vault-remover';
export {
  createVaultRepository,
  ensureVaultRepository,
  openVaultRepository,
  vaultStore,
  type VaultRepositoryOptions,
} from './vault-repository';
