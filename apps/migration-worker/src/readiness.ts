import { statement, type Database } from '@coffer/database';
import type { ReadinessCheck } from '@coffer/observability';

const ask = statement('worker_ready', 'SELECT 1 AS answer');

/** Whether PostgreSQL answers. */
export function databaseCheck(database: Database): ReadinessCheck {
  return {
    name: 'database',
    check: () =>
      database.rows(ask).then(
        () => undefined,
        () => 'the database does not answer',
      ),
  };
}
