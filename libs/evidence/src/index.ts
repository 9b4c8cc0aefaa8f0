export {
  certificateDetails,
  certificateMaximumObjects,
  decodeCertificateBody,
  encodeCertificateBody,
  hashAccount,
  hashCertificateBody,
  hashPath,
} from './certificate/certificate-body';
export {
  certificateFileMaximumBytes,
  decodeCertificateFile,
  encodeCertificateFile,
} from './certificate/certificate-file';
export { signCertificate } from './certificate/certificate-note';
export {
  CertificateOutcome,
  type CertificateBody,
  type CertificateFileParts,
  type CertificateListing,
  type CertificateObject,
  type CertificateReport,
  type CertificateRetained,
} from './certificate/deletion-certificate';
export { verifyCertificateFile } from './certificate/verify-certificate';
export { EvidenceError, type EvidenceErrorCode, type EvidenceReason } from './errors';
export { checkHeadFollows, decodeHead, encodeHead, hashHead, type Head } from './head/head';
export { replayBudget } from './ledger/budget-replay';
export { replayVeto } from './ledger/veto-replay';
export { verifyChain, type ExpectedChain, type VerifiedChain } from './ledger/chain';
export {
  chainStart,
  decodeLedgerEvent,
  encodeLedgerEvent,
  eventMaximumBytes,
  hashLedgerEvent,
  ledgerEntry,
  LedgerEventKind,
  maximumGuesses,
  type BudgetState,
  type ChainPosition,
  type LedgerEvent,
} from './ledger/ledger-event';
export {
  certificateKeyName,
  formatCheckpoint,
  ledgerOrigin,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  type Checkpoint,
} from './note/checkpoint';
export { openNote, parseNote, signNote, type NoteSignature, type OpenedNote, type ParsedNote } from './note/note';
export {
  encodeVerifierKey,
  noteVerifier,
  noteVerifierOf,
  parseVerifierKey,
  type NoteSigner,
  type NoteVerifier,
} from './note/note-key';
export { ProofBuilder } from './proof/proof-builder';
export { proofFoundations, requireProofFoundations } from './proof/proof-foundations';
export {
  decodeProof,
  encodeProof,
  proofCoverage,
  proofHash,
  proofMaximumBytes,
  type PlaintextIdentity,
  type ProofCounts,
  type ProofCoverage,
  type ProofItem,
  type ProofObject,
  type ProofOfRestorability,
} from './proof/proof-of-restorability';
export {
  keyslotsMaximum,
  passkeysMaximum,
  rotatedHeadsMaximum,
  type ActivatedDigits,
  type ActivatedPasskey,
  type ActivatedPassword,
  type PasskeyWrap,
  type RotatedHead,
  type RotationBody,
  type RotationKeyslot,
} from './rotation/rotation-body';
export {
  coSignedStatementFromJson,
  coSignedStatementToJson,
  coSignVaultStatement,
  verifyCoSignedStatement,
  type CoSignedPurpose,
  type CoSignedStatement,
  type CoSignedStatementText,
} from './statement/co-signed-statement';
export {
  pruneListMost,
  RepositoryPurpose,
  type PruneList,
  type PruneMark,
  type RepositoryBodies,
  type RotationNotice,
} from './statement/repository-bodies';
export {
  decodeRepositoryBody,
  decodeRepositoryStatement,
  encodeRepositoryBody,
  encodeRepositoryStatement,
  signRepositoryStatement,
  verifyRepositoryStatement,
  type ExpectedRepositoryStatement,
  type RepositoryStatement,
  type RepositoryStatementFields,
  type VerifiedRepositoryStatement,
} from './statement/repository-statement';
export {
  decodeStatementHeader,
  encodeStatementHeader,
  signedStatementFromJson,
  signedStatementToJson,
  type SignedStatement,
  type SignedStatementText,
} from './statement/signed-statement';
export {
  maximumVetoSeconds,
  VaultPurpose,
  type AccountDeletionBody,
  type ActivateDigitsBody,
  type ActivatePasskeyBody,
  type CreateGrantBody,
  type CreateRepositoryBody,
  type DeleteObjectsBody,
  type GuessVetoBody,
  type KeyCheckBody,
  type KsfParameters,
  type NewStartBody,
  type PasswordConfirmBody,
  type PasswordRecordBody,
  type PurgeConsentBody,
  type QuarantinePlaintextBody,
  type ReadPlaintextBody,
  type RegisterPasswordBody,
  type ReleasePinBody,
  type ReleasePlaintextBody,
  type RemoveKeyslotBody,
  type RemoveRepositoryBody,
  type RotationRecordBody,
  type VaultBodies,
} from './statement/vault-bodies';
export {
  decodeVaultBody,
  decodeVaultStatement,
  encodeVaultBody,
  encodeVaultStatement,
  signVaultStatement,
  verifyVaultStatement,
  type ExpectedVaultStatement,
  type VaultStatement,
  type VaultStatementFields,
  type VerifiedVaultStatement,
} from './statement/vault-statement';
export { decodeEntryBundle, encodeEntryBundle } from './tile/entry-bundle';
export { nodesOfTile, tileWidthAt } from './tile/tile-geometry';
export { TileHashes, type FetchTile } from './tile/tile-hashes';
export { formatTileSpan, parseTileSpan, tileWidth, type TileReference, type TileSpan } from './tile/tile-path';
export type { HashReader, TreeNode, TreeNodeHash } from './tree/hash-reader';
export { MemoryHashes } from './tree/memory-hashes';
export { TreeBuilder } from './tree/tree-builder';
export { emptyRoot, hashLeaf, hashNode } from './tree/tree-hash';
export { consistencyProof, inclusionProof, treeRoot } from './tree/tree-proofs';
export { verifyConsistency, type ConsistencyClaim } from './tree/verify-consistency';
export { verifyInclusion, type InclusionClaim } from './tree/verify-inclusion';
