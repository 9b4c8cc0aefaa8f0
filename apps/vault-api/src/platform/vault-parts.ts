import type { Database, PgAccountTransaction, PgAnchorWatch, PgVaultStore } from '@coffer/database';
import type { Accounts, AnchorSet, OpaqueServer, SealingKeys, VaultIdentity } from '@coffer/key-vault';
import type { Logger, Registry } from '@coffer/observability';
import type { AppConfig, Failpoint } from '../config';

/** The ledger as features see it. */
export interface LedgerView {
  /** Why the vault is sealed, as this process last saw it; null where it is not. */
  readonly sealedReason: string | null;
  /** Tells that an event was committed here, so that it need not wait for the next round. */
  kick(): void;
}

/**
 * What every feature is built from. Features take it by the token of the same name:
 * `constructor(@Inject(VaultParts) parts: VaultParts)`.
 */
export interface VaultParts {
  readonly config: AppConfig;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly database: Database;
  /** For what brings connections of its own; holds the password, so never print it. */
  readonly databaseUrl: string;
  readonly sealer: SealingKeys;
  readonly identity: VaultIdentity;
  /** What browsers subscribe to push messages with, 65 bytes; undefined where none are sent. */
  readonly pushPublicKey: Uint8Array | undefined;
  /** The server half of OPAQUE, on threads of its own unless configured otherwise. */
  readonly opaque: OpaqueServer;
  /** Runs acts on accounts: locked, chain checked, events appended. */
  readonly accounts: Accounts<PgAccountTransaction>;
  readonly store: PgVaultStore;
  readonly watch: PgAnchorWatch;
  readonly anchors: AnchorSet;
  readonly ledger: LedgerView;
  /** Named points between which a process may die; tests kill it there. */
  readonly atStep: (step: Failpoint) => void;
}

/** The token that `VaultParts` are injected by. */
export const VaultParts = Symbol('VaultParts');
