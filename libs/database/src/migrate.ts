import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { sha256 } from '@coffer/crypto';
import { toHex, utf8 } from '@coffer/foundation';
import { Client, Pool } from 'pg';
import type { Queryable } from './database';
import { DatabaseError, toDatabaseError } from './errors';
import { migrations as shipped } from './migrations';
import { statement } from './statement';
import { migrationList, openSchemaEngine, type Migration, type SchemaEngine } from './schema-engine';

/** Any number; all processes of one deployment take the same lock. */
const migrationLock = 4_300_001;

/**
 * Brings the schema up to this version. Processes that start together take turns; whoever comes second finds nothing to do.
 * A database that a later version has already moved on is left as it is, so that versions can be rolled one by one.
 *
 * @returns the names of the migrations that were applied
 * @throws DatabaseError `migration-refused` where an applied migration was edited, failed half-way, or the histories differ
 */
export async function migrate(url: string, migrations: readonly Migration[] = shipped): Promise<readonly string[]> {
  const holder = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  holder.on('error', () => undefined);
  try {
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    return (await isUpToDate(holder, migrations)) ? [] : await apply(url, migrations);
  } catch (cause) {
    throw toDatabaseError(cause);
  } finally {
    await holder.end().catch(() => undefined);
  }
}

/**
 * Whether the history is exactly that of this version, as most starts find it. Then the engine, half a second of work, has
 * nothing to say; whatever differs in any way is for it to judge.
 */
async function isUpToDate(holder: Client, migrations: readonly Migration[]): Promise<boolean> {
  const { rows: tables } = await holder.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  );
  if (tables[0]?.found !== true) return false;
  const { rows } = await holder.query<{ name: string; checksum: string; isDone: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AND rolled_back_at IS NULL AS "isDone"
     FROM _prisma_migrations ORDER BY migration_name COLLATE "C"`,
  );
  const shippedInOrder = migrations.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return (
    rows.length === shippedInOrder.length &&
    shippedInOrder.every(({ name, sql }, index) => {
      const row = rows[index]!;
      return row.isDone && row.name === name && row.checksum === toHex(sha256(utf8(sql)));
    })
  );
}

const appliedNames = statement(
  'find-applied-migrations',
  `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
);

/** Names of this version's migrations that the database lacks, in order. @throws DatabaseError */
export async function pendingMigrations(database: Queryable): Promise<readonly string[]> {
  const applied = new Set((await database.rows<{ name: string }>(appliedNames)).map(({ name }) => name));
  return shipped.map(({ name }) => name).filter((name) => !applied.has(name));
}

async function apply(url: string, migrations: readonly Migration[]): Promise<readonly string[]> {
  // The engine takes a session lock of its own and asks for it again: with a second connection it would wait for itself.
  const pool = new Pool({ connectionString: url, max: 1 });
  pool.on('error', () => undefined);
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool, { disposeExternalPool: false }));
  const engine = await openSchemaEngine(factory);
  try {
    await diagnose(engine, migrations);
    const filters = { externalTables: [], externalEnums: [] };
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrationList(migrations),
      filters,
    });
    return appliedMigrationNames;
  } catch (cause) {
    if (cause instanceof DatabaseError) throw cause;
    throw new DatabaseError('migration-refused', 'a migration failed; the database may be between two versions', {
      cause,
    });
  } finally {
    engine.free();
    await pool.end();
  }
}

async function diagnose(engine: SchemaEngine, migrations: readonly Migration[]): Promise<void> {
  const found = await engine.diagnoseMigrationHistory({
    migrationsList: migrationList(migrations),
    optInToShadowDatabase: false,
    filters: { externalTables: [], externalEnums: [] },
  });
  const refuse = (why: string, names: readonly string[]): never => {
    throw new DatabaseError('migration-refused', `${why}: ${names.join(', ')}. Nothing was applied.`);
  };
  if (found.failedMigrationNames.length > 0) refuse('migrations failed half-way before', found.failedMigrationNames);
  if (found.editedMigrationNames.length > 0) refuse('applied migrations were edited', found.editedMigrationNames);
  if (found.history?.diagnostic === 'historiesDiverge') {
    refuse('the database has migrations of another history', found.history.unpersistedMigrationNames);
  }
}
