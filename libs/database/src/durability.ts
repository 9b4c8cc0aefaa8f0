import type { Queryable } from './database';
import { statement } from './statement';

const settings = statement(
  'durability-settings',
  `SELECT current_setting('synchronous_commit') AS "synchronousCommit", current_setting('fsync') AS fsync,
     current_setting('full_page_writes') AS "fullPageWrites", pg_is_in_recovery() AS "isReplica",
     current_setting('default_transaction_read_only') AS "readOnly",
     current_setting('server_version_num')::int AS "version"`,
);

interface Settings {
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  readonly isReplica: boolean;
  readonly readOnly: string;
  readonly version: number;
}

/**
 * Why this server must not count guesses: each line names one setting under which it could lose or refuse what it has
 * acknowledged (threat case A07). Empty where it may.
 */
export async function durabilityProblems(database: Queryable): Promise<readonly string[]> {
  const [found] = await database.rows<Settings>(settings);
  if (found === undefined) return ['the server did not tell its settings'];
  const problems: string[] = [];
  if (found.synchronousCommit !== 'on' && found.synchronousCommit !== 'remote_apply') {
    problems.push(`synchronous_commit is ${found.synchronousCommit}; it must be on`);
  }
  if (found.fsync !== 'on') problems.push('fsync is off; it must be on');
  if (found.fullPageWrites !== 'on') problems.push('full_page_writes is off; it must be on');
  if (found.isReplica) problems.push('the server is a replica; the primary is needed');
  if (found.readOnly !== 'off') problems.push('transactions are read-only by default');
  if (found.version < 150_000) problems.push('the server is older than PostgreSQL 15');
  return problems;
}
