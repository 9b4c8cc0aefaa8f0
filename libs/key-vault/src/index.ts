export { AccountDeletion } from './account-deletion';
export { Accounts } from './accounts';
export { Activation, type ActivatedKeyslot } from './activation';
export { AccountSession, type StatementExpectation } from './account-session';
export { DummyRecords } from './dummy-records';
export { SealerError, VaultError, type VaultErrorCode } from './errors';
export type { EventDetails } from './event-maker';
export {
  decideSpend,
  isVetoed,
  nextGuessAtMs,
  openingBudget,
  refilled,
  sameBudget,
  withoutRecord,
  type SpendDecision,
} from './guess-budget';
export { GuessVeto } from './guess-veto';
export { KeyslotRemoval } from './keyslot-removal';
export { Passkeys } from './passkeys';
export { Keyslots } from './keyslots';
export { AnchorError, type Anchor, type AnchoredEntry, type AnchorEntry, type AnchorHead } from './ledger/anchor';
export { AnchorSet, type AnchorReading } from './ledger/anchor-set';
export { openAnchoredEvent, sealAnchoredEvent, type AnchoredEvent } from './ledger/anchored-event';
export {
  chainHolds,
  checkTree,
  type AccountChain,
  type ChainEvent,
  type LedgerCheckStore,
  type TreeCheck,
} from './ledger/ledger-check';
export type {
  AnchorAcknowledgement,
  AnchorMark,
  LeafWithEvent,
  LedgerHead,
  LedgerStore,
  LedgerTransaction,
  NewLeaf,
  PlacedLeaf,
  QueuedEvent,
} from './ledger/ledger-store';
export type { FreeingEvents } from './ledger/freed-leaves';
export { TreeAudit, type AuditStep } from './ledger/tree-audit';
export {
  Sequencer,
  sequencerSteps,
  type SequencerParts,
  type SequencerRound,
  type SequencerStep,
} from './ledger/sequencer';
export { createOpaqueServer } from './opaque-server';
export {
  activeRecordContext,
  dummyRecordBytes,
  sealedRecordBytes,
  loginAnswerContext,
  loginStateContext,
  pendingRecordContext,
  registrationSaltContext,
} from './password-record';
export { NewStart, type CancelledBy } from './new-start';
export { phaseOf, type NewStartPhase, type NewStartPolicy } from './new-start-state';
export { defaultPolicy, leastNewStartWaitMs, type Ksf, type VaultPolicy } from './policy';
export { DeletionState, type AccountDeletionRow, type AccountDeletionRows } from './ports/account-deletion-rows';
export type { AnchorWatch } from './ports/anchor-watch';
export type { GuessVetoRows } from './ports/guess-veto-rows';
export type {
  KeySealer,
  KnownEpoch,
  KnownKeys,
  Sealed,
  SealingContext,
  SealingEpochInfo,
  SealingKeys,
} from './ports/key-sealer';
export { NewStartState, type NewStartChange, type NewStartRow, type NewStartRows } from './ports/new-start-rows';
export type { OpaqueServer } from './ports/opaque';
export {
  LoginOutcome,
  RegistrationState,
  type AccountRow,
  type KeyslotRow,
  type LockedAccount,
  type LoginRow,
  type NewEvent,
  type NewLogin,
  type NewNotice,
  type NewRegistration,
  type NextHead,
  type PasskeyRow,
  type PendingRecord,
  type RecordRow,
  type RegistrationPurpose,
  type RegistrationRow,
  type RepositoryHeadRow,
  type StoredEvent,
} from './ports/rows';
export type { EndingFacts, SealedRow, SealedRows, SealingEpochRow, SealingStore } from './ports/sealing-store';
export type { AccountTransaction, ChallengePurpose, VaultStore } from './ports/vault-store';
export { drillRows, type DrillFigures } from './sealing/dump-drill';
export {
  EpochKeeper,
  sealingSteps,
  type EpochKeeperParts,
  type EpochPolicy,
  type EpochRound,
  type KeptFor,
  type SealingStep,
} from './sealing/epoch-keeper';
export type { ResealPass } from './sealing/reseal';
export {
  openCertificateSigner,
  openLaterSecret,
  openVaultIdentity,
  SealedSecret,
  secretContext,
  type SecretName,
  type VaultIdentity,
  type LaterSecretStore,
  type VaultStateRow,
  type VaultStateStore,
} from './vault-identity';
export { recordVaultEvent, vaultAccount, vaultIssuer } from './vault-chain';
export { Recovery, type FinishedLogin, type StartedLogin } from './recovery';
export type { AccountFacts, AccountPlan } from './repair/account-plan';
export type { LedgerKey, TreePlan } from './repair/plan-tree';
export type { RepairMandate } from './repair/repair-account';
export {
  approvalLifeMs,
  approve,
  requireTwoApprovals,
  staffPseudonym,
  type ProposedRepair,
  type RepairApproval,
} from './repair/repair-approval';
export { RepairError } from './repair/repair-error';
export { ApprovedPlan, encodePlan, hashPlan, type ApprovablePlan, type RepairSummary } from './repair/repair-plan';
export { repairSteps, type RepairStep } from './repair/repair-steps';
export type {
  AccountChanges,
  AccountEvidence,
  AccountRepairStore,
  BoundOwner,
  EvidentEvent,
  RepairScope,
  RepairTransaction,
  TreeRepairStore,
  TreeRepairTransaction,
} from './repair/repair-store';
export { VaultRepair, type RepairPlan, type VaultRepairParts } from './repair/vault-repair';
export { isOwnRepository, requireRemovalStatement } from './repository-removal';
export { Rotation, type RotatedAccount } from './rotation';
export { RotationRegistrations } from './rotation-registrations';
export { Registrations, type OpenedRegistration, type RegistrationOpening } from './registrations';
export { vaultSteps, type VaultServiceParts, type VaultStep } from './vault-services';
