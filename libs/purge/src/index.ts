export { evaluateConditions, type ConditionInput, type ConditionReport } from './conditions';
export { checkConservation, countBuckets, type BucketCounts } from './conservation';
export { ConnectorError, PurgeError, type ConnectorErrorCode, type PurgeErrorCode } from './errors';
export { CopyKind, copyKey, holdsBackup, pathKey, type FoundObject, type RuleVerdict } from './found-object';
export { graceEndsAtMs } from './grace';
export type {
  AcceptedProof,
  AccountReader,
  CertificateSigner,
  ConnectorListing,
  ConnectorPort,
  DeleteOutcome,
  ExpectedObject,
  ProofStore,
  ProvenCiphertext,
  PurgeChanges,
  PurgeEvent,
  PurgeLease,
  PurgeNotice,
  PurgePorts,
  PurgeRecord,
  PurgeRows,
  RepositoryReader,
  SignedCertificate,
} from './ports';
export type { AccountStanding, PurgeJob, PurgeListing, PurgeLocation, PurgeMandate } from './purge-job';
export { PurgeReason, type DeviceReport, type Deletion, type PlaintextRelease, type PurgeObject } from './purge-object';
export { firstRound, runPurgeStep, type PurgeStepOptions, type PurgeStepResult } from './run-purge-step';
export { defaultPurgeSettings, type PurgeSettings } from './settings';
export { bucketOf, canMove, PurgeState, purgeStates, type PurgeBucket } from './states';
export type { PurgeStepName } from './steps/step-context';
export { quarantineObject, releaseObject, retryObject } from './transition';
