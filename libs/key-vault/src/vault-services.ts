import type { Accounts } from './accounts';
import type { DummyRecords } from './dummy-records';
import type { VaultPolicy } from './policy';
import type { AnchorWatch } from './ports/anchor-watch';
import type { KeySealer } from './ports/key-sealer';
import type { OpaqueServer } from './ports/opaque';
import type { VaultStore } from './ports/vault-store';

/** Steps between which a process may die, in the order of a registration, a recovery and a rotation; tests kill it at each. */
export const vaultSteps = [
  'registration-opened',
  'record-stored',
  'activated',
  'spend-committed',
  'evaluated',
  'state-stored',
  'proven-committed',
  'rotation-proven',
  'rotation-written',
  'rotation-committed',
] as const;
export type VaultStep = (typeof vaultSteps)[number];

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
