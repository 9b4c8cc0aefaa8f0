import { openDatabase, PgVaultState, type Database } from '@coffer/database';
import { startEmbeddedPostgres } from '@coffer/embedded-postgres';
import type { VaultStateRow } from '@coffer/key-vault';
import type { AppConfig } from '../config';
import { AdminError } from './admin-error';

/**
 * Runs `work` on the deployment's database. An embedded server that runs already is left running where it is; one that was
 * started for this is stopped again.
 *
 * @throws DatabaseError `unavailable`; EmbeddedPostgresError
 */
export async function withDatabase<T>(config: AppConfig, work: (database: Database) => Promise<T>): Promise<T> {
  // Port 0: whichever it runs on. A vault that is running must not see its server move.
  const embedded =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ home: config.home, port: 0 }) : undefined;
  const database = openDatabase({ url: config.databaseUrl ?? embedded?.url ?? '', connections: 2 });
  try {
    return await work(database);
  } finally {
    await database.close();
    if (embedded?.wasRunning === false) await embedded.stop();
  }
}

/** Who the vault of a database is. @throws AdminError `no-vault` */
export async function requireVaultState(database: Database): Promise<VaultStateRow> {
  const state = await new PgVaultState(database).stateIfAny();
  if (state !== undefined) return state;
  throw new AdminError('no-vault', 'This database holds no vault yet. Start vault-api on it once, then try again.');
}
