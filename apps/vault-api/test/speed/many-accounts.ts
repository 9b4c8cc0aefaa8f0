import type { VaultBench } from '../vault-bench';

/** Tables that hold rows of an account for as long as it is there; what passes (logins, challenges) is not multiplied. */
const lasting = ['accounts', 'budgets', 'keyslots', 'password_records', 'ledger_events', 'notices'] as const;

/**
 * Multiplies the rows of one real account, so that each copy has their true sizes: under ids and subjects of their own. Their
 * macs are the original's, so they are for filling tables only.
 */
export async function multiplyAccount(bench: VaultBench, accountId: string, copies: number): Promise<void> {
  for (const table of lasting) {
    const columns = await bench.sql<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
      [table],
    );
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ name }) => valueOf(name)).join(', ');
    for (let from = 0; from < copies; from += 10_000) {
      const to = Math.min(copies, from + 10_000);
      await bench.sql(
        `INSERT INTO "${table}" (${names}) SELECT ${values} FROM "${table}" t, generate_series(${from}, ${to - 1}) i
         WHERE t.account_id = $1::uuid`,
        [accountId],
      );
    }
  }
  for (const table of lasting) await bench.sql(`ANALYZE "${table}"`);
}

function valueOf(column: string): string {
  if (column === 'account_id') return `md5('account ' || i)::uuid`;
  if (column === 'subject') return `'copy ' || i`;
  return `t."${column}"`;
}

/** Bytes on disk, indexes included, by table; the largest first. */
export async function tableBytes(bench: VaultBench): Promise<Readonly<Record<string, number>>> {
  const rows = await bench.sql<{ name: string; bytes: string }>(
    `SELECT relname AS name, pg_total_relation_size(oid)::text AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY pg_total_relation_size(oid) DESC`,
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}

/** A statement's plan, as PostgreSQL makes it for any parameters. */
export interface StatementPlan {
  readonly sql: string;
  /** Tables of more than a few pages that it reads from one end to the other. */
  readonly scanned: readonly string[];
  readonly plan: string;
}

/** Plans of parameterised statements (EXPLAIN GENERIC_PLAN, PostgreSQL 16 and later). */
export async function plansOf(bench: VaultBench, statements: Iterable<string>): Promise<readonly StatementPlan[]> {
  const large = new Set<string>(lasting);
  // Sent as it is, the statement would have to come with values for its parameters.
  await bench.sql(`CREATE OR REPLACE FUNCTION plan_of(sql text) RETURNS SETOF text LANGUAGE plpgsql AS $$
    BEGIN RETURN QUERY EXECUTE 'EXPLAIN (GENERIC_PLAN, COSTS OFF) ' || sql; END $$`);
  const plans: StatementPlan[] = [];
  for (const sql of statements) {
    const lines = await bench.sql<{ line: string }>('SELECT plan_of($1) AS line', [sql]);
    const plan = lines.map(({ line }) => line).join('\n');
    const scans = [...plan.matchAll(/Seq Scan on (\w+)/g)].map(([, table]) => table!);
    plans.push({ sql, plan, scanned: scans.filter((table) => large.has(table)) });
  }
  return plans;
}
