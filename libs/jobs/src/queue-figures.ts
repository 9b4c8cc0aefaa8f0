import type { PgBoss } from 'pg-boss';
import type { JobFailure, QueueFigures } from './job-queue';

/** The schema that pg-boss keeps its tables in. */
export const jobsSchema = 'jobs';

// Read from the table and not from pg-boss's own statistics, which may be a minute old.
const countJobs = `
  SELECT name, count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
    count(*) FILTER (WHERE state = 'active')::int AS running, count(*) FILTER (WHERE state = 'failed')::int AS failed,
    count(*) FILTER (WHERE state = 'completed')::int AS completed,
    floor(extract(epoch FROM min(start_after) FILTER (WHERE state IN ('created', 'retry'))) * 1000)::float8 AS "oldestWaitingAtMs",
    floor(extract(epoch FROM max(completed_on) FILTER (WHERE state = 'completed')) * 1000)::float8 AS "lastCompletedAtMs"
  FROM ${jobsSchema}.job WHERE name = ANY($1::text[]) GROUP BY name`;

const listFailures = `
  SELECT id::text AS "jobId", name, floor(extract(epoch FROM completed_on) * 1000)::float8 AS "failedAtMs",
    retry_count::int + 1 AS attempts, output->>'code' AS code
  FROM ${jobsSchema}.job WHERE state = 'failed' AND completed_on IS NOT NULL AND name = ANY($1::text[])
  ORDER BY completed_on DESC, id LIMIT $2`;

/** Counts of every queue, those without a job included. */
export async function readFigures(boss: PgBoss, queues: readonly string[]): Promise<readonly QueueFigures[]> {
  const rows = await read<QueueFigures>(boss, countJobs, [queues]);
  const none = { waiting: 0, running: 0, failed: 0, completed: 0, oldestWaitingAtMs: null, lastCompletedAtMs: null };
  return queues.map((name) => rows.find((row) => row.name === name) ?? { name, ...none });
}

/** Jobs that were set aside, last first. Nothing of an error but its code is told: messages may quote values. */
export async function readFailures(
  boss: PgBoss,
  queues: readonly string[],
  limit: number,
): Promise<readonly JobFailure[]> {
  const rows = await read<Omit<JobFailure, 'code'> & { code: string | null }>(boss, listFailures, [queues, limit]);
  return rows.map((row) => ({ ...row, code: /^[a-z0-9-]{1,64}$/.test(row.code ?? '') ? row.code! : 'unknown' }));
}

async function read<Row>(boss: PgBoss, text: string, values: unknown[]): Promise<readonly Row[]> {
  const { rows } = (await boss.getDb().executeSql(text, values)) as { readonly rows: readonly Row[] };
  return rows;
}
