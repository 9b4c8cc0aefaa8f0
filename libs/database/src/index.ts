export { openDatabase, type Database, type DatabaseOptions, type Queryable, type Session } from './database';
export { durabilityProblems } from './durability';
export { DatabaseError } from './errors';
export { PgSealedRows, PgSealingStore } from './sealing/pg-sealing-store';
export { migrate, pendingMigrations } from './migrate';
export { PgAccountTransaction } from './vault/pg-account-transaction';
export { PgAnchorWatch } from './vault/pg-anchor-watch';
export { PgLedgerStore } from './vault/pg-ledger-store';
export { PgVaultState } from './vault/pg-vault-state';
export { PgVaultStore, type ListedEvent, type SeenBudget } from './vault/pg-vault-store';
export { vaultVitals, type VaultVitals } from './vault/vault-vitals';
export { clockMs, fromMs, instantMs, statement, type SqlValue, type Statement } from './statement';
export { keyChecks, type KeyCheckRow } from './notices/key-checks';
export { missingBackups, type MissingBackup } from './notices/missing-backups';
export { noticeChannels, type NoticeChannelRow, type NoticeSettingsRow } from './notices/notice-channels';
export { outbox, type PgOutbox } from './notices/outbox';
export {
  OpsFigures,
  type EventPosition,
  type LedgerFigures,
  type ObjectPosition,
  type OpsEventRow,
  type OpsObjectFilter,
  type OpsPurgeObjectRow,
  type PurgeFigures,
  type PurgeStateFigures,
  type StorageFigures,
  type VaultFigures,
  type VaultStep,
} from './ops/ops-figures';
export { storageCounts, type StorageCounts, type StorageSum } from './ops/storage-counts';
export { purgeEdits, type PurgeEdits } from './purge/purge-edits';
export { purgeLedger } from './purge/purge-ledger';
export { purgeMandates, type MandateToGive, type PurgeMandates } from './purge/purge-mandates';
export {
  purgeReader,
  type CertificateParts,
  type CertificateRow,
  type PurgeReader,
  type PurgeSum,
  type PurgeView,
} from './purge/purge-reader';
export { purgeStore, type PurgeChain, type PurgeLedger, type PurgeStore } from './purge/purge-rows';
export { PgRepairStore } from './repair/pg-repair-store';
export { PgRepairs, type RepairRow } from './repair/pg-repairs';
export {
  repositoryStore,
  type PinRow,
  type ProofToAccept,
  type ReleasedItem,
  type RepositoryRow,
  type RepositoryStore,
  type RepositoryTransaction,
} from './repositories/repository-store';
export { RepositoryRemovals, type Emptied } from './repositories/repository-removals';
