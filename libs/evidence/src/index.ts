export {
  CertificateOutcome,
  type CertificateBody,
  type CertificateFileParts,
  type CertificateListing,
  type CertificateObject,
  type CertificateReport,
  type CertificateRetained,
} from './certificate/deletion-certificate';
export { EvidenceError, type EvidenceErrorCode, type EvidenceReason } from './errors';
export type { Head } from './head/head';
export { LedgerEventKind, type BudgetState, type ChainPosition, type LedgerEvent } from './ledger/ledger-event';
export type { Checkpoint } from './note/checkpoint';
export type { NoteSigner, NoteVerifier, OpenedNote } from './note/note';
export type { ProofCounts, ProofItem, ProofObject, ProofOfRestorability } from './proof/proof-of-restorability';
export {
  RepositoryPurpose,
  type PruneList,
  type PruneMark,
  type RepositoryBodies,
} from './statement/repository-bodies';
export type {
  ExpectedRepositoryStatement,
  RepositoryStatement,
  RepositoryStatementFields,
  VerifiedRepositoryStatement,
} from './statement/repository-statement';
export type { SignedStatement, SignedStatementText } from './statement/signed-statement';
export {
  VaultPurpose,
  type ActivateDigitsBody,
  type CreateGrantBody,
  type CreateRepositoryBody,
  type DeleteObjectsBody,
  type KsfParameters,
  type PasswordConfirmBody,
  type PasswordRecordBody,
  type PurgeConsentBody,
  type QuarantinePlaintextBody,
  type ReadPlaintextBody,
  type RegisterPasswordBody,
  type ReleasePinBody,
  type ReleasePlaintextBody,
  type RemoveKeyslotBody,
  type VaultBodies,
} from './statement/vault-bodies';
export type {
  ExpectedVaultStatement,
  VaultStatement,
  VaultStatementFields,
  VerifiedVaultStatement,
} from './statement/vault-statement';
export type { HashReader, TreeNode, TreeNodeHash } from './tree/hash-reader';
