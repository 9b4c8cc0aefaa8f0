export { openDatabase, type Database, type DatabaseOptions, type Queryable, type Session } from './database';
export { durabilityProblems } from './durability';
export { DatabaseError } from './errors';
export { migrate } from './migrate';
export { PgAccountTransaction } from './vault/pg-account-transaction';
export { PgAnchorWatch } from './vault/pg-anchor-watch';
export { PgLedgerStore } from './vault/pg-ledger-store';
export { PgVaultState } from './vault/pg-vault-state';
export { PgVaultStore } from './vault/pg-vault-store';
export { clockMs, fromMs, instantMs, statement, type SqlValue, type Statement } from './statement';
export { purgeStore, type PurgeLedger, type PurgeStore } from './purge/purge-rows';
export {
  repositoryStore,
  type PinRow,
  type ProofToAccept,
  type ReleasedItem,
  type RepositoryRow,
  type RepositoryStore,
  type RepositoryTransaction,
} from './repositories/repository-store';
