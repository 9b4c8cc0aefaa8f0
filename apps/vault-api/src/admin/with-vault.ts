import { PgRepairs, PgRepairStore, PgSealingStore, PgVaultState, type Database } from '@coffer/database';
import { systemClock } from '@coffer/foundation';
import { openSealer } from '@coffer/key-sealer';
import {
  dummyRecordBytes,
  openVaultIdentity,
  VaultRepair,
  type AnchorSet,
  type RepairStep,
  type SealingKeys,
  type VaultIdentity,
} from '@coffer/key-vault';
import type { AppConfig } from '../config';
import { openAnchors } from '../ledger/open-anchors';
import { requireVaultState, withDatabase } from './with-database';

/** A vault with its keys, as an administrative command works on it. Nothing of it is made here. */
export interface AdminVault {
  readonly config: AppConfig;
  readonly database: Database;
  readonly state: PgVaultState;
  readonly sealer: SealingKeys;
  readonly identity: VaultIdentity;
  readonly anchors: AnchorSet;
  readonly store: PgRepairStore;
  readonly repairs: PgRepairs;
  /** @param atStep - named points of a repair, at which tests kill the process */
  repair(atStep?: (step: RepairStep) => void): VaultRepair;
}

/** Opens the deployment's vault for `work`. @throws AdminError `no-vault`; SealerError; DatabaseError `unavailable` */
export async function withVault<T>(config: AppConfig, work: (vault: AdminVault) => Promise<T>): Promise<T> {
  return withDatabase(config, async (database) => {
    await requireVaultState(database);
    const state = new PgVaultState(database);
    // Every key that is at hand: anchors hold events of epochs that a database which was put back does not name.
    const sealer = await openSealer(config.sealer, await new PgSealingStore(database).needed(), systemClock);
    const anchors = openAnchors(config);
    try {
      const identity = await openVaultIdentity(state, sealer, (record) => dummyRecordBytes(record, config.policy.ksf));
      const store = new PgRepairStore(database);
      return await work({
        ...{ config, database, state, sealer, identity, anchors, store, repairs: new PgRepairs(database) },
        repair: (atStep) =>
          new VaultRepair({
            ...{ ledger: store, accounts: store, anchors, sealer, policy: config.policy },
            key: { signer: identity.ledgerSigner, verifier: identity.ledgerVerifier, vaultId: identity.vaultId },
            ...(atStep === undefined ? {} : { atStep }),
          }),
      });
    } finally {
      await anchors.release();
      await sealer.close();
    }
  });
}
