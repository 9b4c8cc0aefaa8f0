import type { Queryable } from '../database';
import { instantMs, statement } from '../statement';

/** What says whether a process may serve this vault now. */
export interface VaultVitals {
  /** The database's clock, in milliseconds since 1970. */
  readonly nowMs: number;
  /** When the anchors last acknowledged a checkpoint, by the same clock; null where they never did. */
  readonly anchoredAtMs: number | null;
  /** 16 bytes; null in a database that holds no vault. */
  readonly vaultId: Uint8Array | null;
}

const findVitals = statement(
  'find-vault-vitals',
  `SELECT ${instantMs('clock_timestamp()')} AS "nowMs",
     (SELECT ${instantMs('anchored_at')} FROM ledger_state WHERE id = 1) AS "anchoredAtMs",
     (SELECT vault_id FROM vault_state WHERE id = 1) AS "vaultId"`,
);

/** Reads them in one statement. @throws DatabaseError `unavailable` */
export async function vaultVitals(database: Queryable): Promise<VaultVitals> {
  const [row] = await database.rows<VaultVitals>(findVitals);
  return row!;
}
