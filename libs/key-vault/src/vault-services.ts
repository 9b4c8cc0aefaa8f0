import type { Accounts } from './accounts';
import type { DummyRecords } from './dummy-records';
import type { VaultPolicy } from './policy';
import type { AnchorWatch } from './ports/anchor-watch';
import type { KeySealer } from './ports/key-sealer';
import type { OpaqueServer } from './ports/opaque';
import type { VaultStore } from './ports/vault-store';

/** Steps between which a process may die; tests kill it there. */
export type VaultStep = 'spend-committed' | 'evaluated' | 'state-stored' | 'proven-committed';

/** What the services of the vault work with. */
export interface VaultServiceParts {
  readonly accounts: Accounts;
  readonly store: VaultStore;
  readonly sealer: KeySealer;
  readonly opaque: OpaqueServer;
  readonly dummies: DummyRecords;
  readonly watch: AnchorWatch;
  readonly policy: VaultPolicy;
  /** Text form of the vault id, which OPAQUE's identities name. */
  readonly vaultIdText: string;
  readonly atStep: (step: VaultStep) => void;
}
