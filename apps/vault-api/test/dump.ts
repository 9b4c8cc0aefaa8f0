import { expect } from 'vitest';
import type { VaultBench } from './vault-bench';

/** Every row of every table as text, bytes in hex, as a thief of the database has them. */
export async function dumpOf(on: VaultBench): Promise<string> {
  const tables = await on.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  expect(tables.length).toBeGreaterThan(15);
  const texts = await Promise.all(
    tables.map(({ name }) => on.sql<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)),
  );
  return texts
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
