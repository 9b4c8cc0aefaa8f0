import type {
  LaterSecretStore,
  Sealed,
  SealingEpochInfo,
  SecretName,
  VaultStateRow,
  VaultStateStore,
} from '@coffer/key-vault';
import type { Database } from '../database';
import { statement } from '../statement';

const findState = statement(
  'find-vault-state',
  `SELECT vault_id AS "vaultId", sealing_root_id AS "sealingRootId", opaque_public_key AS "opaquePublicKey",
     ledger_key AS "ledgerKey", certificate_key AS "certificateKey", sealed_reason AS "sealedReason"
   FROM vault_state WHERE id = 1`,
);
const hasTables = statement('has-vault-tables', `SELECT to_regclass('vault_state') IS NOT NULL AS found`);
const findSecret = statement(
  'find-vault-secret',
  'SELECT sealing_epoch AS epoch, sealed AS bytes FROM vault_secrets WHERE name = $1',
);
const insertState = statement(
  'insert-vault-state',
  `INSERT INTO vault_state (id, vault_id, sealing_root_id, opaque_public_key, ledger_key, certificate_key)
   VALUES (1, $1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
);
const insertEpoch = statement(
  'insert-sealing-epoch',
  `INSERT INTO sealing_epochs (epoch, key_id, created_at) VALUES ($1, $2, to_timestamp($3::bigint / 1000.0))`,
);
const insertSecret = statement(
  'insert-vault-secret',
  'INSERT INTO vault_secrets (name, sealed, sealing_epoch) VALUES ($1, $2, $3)',
);
const addSecret = statement(
  'add-vault-secret',
  'INSERT INTO vault_secrets (name, sealed, sealing_epoch) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
);
const sealVault = statement(
  'seal-vault',
  `UPDATE vault_state SET sealed_at = clock_timestamp(), sealed_reason = $1 WHERE id = 1 AND sealed_at IS NULL`,
);

/** Who the vault is, on PostgreSQL. */
export class PgVaultState implements VaultStateStore, LaterSecretStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async state(): Promise<VaultStateRow | undefined> {
    return (await this.#database.rows<VaultStateRow>(findState))[0];
  }

  /** As `state`, also on a database where no migration ever ran. */
  async stateIfAny(): Promise<VaultStateRow | undefined> {
    const [row] = await this.#database.rows<{ found: boolean }>(hasTables);
    return row?.found === true ? this.state() : undefined;
  }

  async secret(name: SecretName): Promise<Sealed | undefined> {
    return (await this.#database.rows<Sealed>(findSecret, [name]))[0];
  }

  async addSecret(name: SecretName, { bytes, epoch }: Sealed): Promise<void> {
    await this.#database.change(addSecret, [name, bytes, epoch]);
  }

  async create(
    state: Omit<VaultStateRow, 'sealedReason'>,
    epochs: readonly SealingEpochInfo[],
    secrets: ReadonlyMap<SecretName, Sealed>,
  ): Promise<void> {
    const { vaultId, sealingRootId, opaquePublicKey, ledgerKey, certificateKey } = state;
    await this.#database.transaction(async (sql) => {
      const values = [vaultId, sealingRootId, opaquePublicKey, ledgerKey, certificateKey];
      if ((await sql.change(insertState, values)) === 0) return;
      for (const { epoch, keyId, createdAtMs } of epochs) await sql.change(insertEpoch, [epoch, keyId, createdAtMs]);
      for (const [name, { bytes, epoch }] of secrets) await sql.change(insertSecret, [name, bytes, epoch]);
    });
  }

  async seal(reason: string): Promise<void> {
    await this.#database.change(sealVault, [reason]);
  }
}
