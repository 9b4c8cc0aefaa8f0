import { openDatabase, statement, type SqlValue } from '@coffer/database';
import { makeDatabase } from './bench-server';
import type { VaultBench } from './vault-bench';

/** A logical dump of a bench's database: rows of every table as JSON. */
export type BenchDump = ReadonlyMap<string, string>;

/** Takes a dump, in one snapshot. */
export async function takeDump(bench: VaultBench): Promise<BenchDump> {
  const tables = await bench.sql<{ name: string }>(
    `SELECT table_name::text AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' ORDER BY 1`,
  );
  const parts = tables.map(
    ({ name }) => `'${name}', (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM "${name}" t)::text`,
  );
  const [row] = await bench.sql<{ dump: Record<string, string> }>(
    `SELECT jsonb_build_object(${parts.join(', ')}) AS dump`,
  );
  return new Map(Object.entries(row!.dump));
}

/**
 * Restores a dump to a database of its own on the bench's server, and changes it there by `edit`.
 *
 * @returns its URL
 */
export async function restoreDump(bench: VaultBench, dump: BenchDump, edit: readonly string[] = []): Promise<string> {
  const url = await makeDatabase(bench.server);
  const database = openDatabase({ url, connections: 1 });
  let statements = 0;
  const run = (text: string, values: readonly SqlValue[] = []) =>
    database.rows(statement(`restore-${statements++}`, text), values);
  for (const [table, rows] of dump) {
    await run(`INSERT INTO "${table}" SELECT * FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`, [rows]);
  }
  for (const text of edit) await run(text);
  await database.close();
  return url;
}
