import { vaultIssuer } from '@coffer/key-vault';
import { clockMs, fromMs, instantMs, statement } from '../statement';

/**
 * [Note: pseudonyms] Staff see an account as the first 12 bytes of SHA-256(key || account id), $1 being a key of 32 bytes that
 * never leaves the vault's processes. Key and id have fixed lengths and the hash is cut, so it is as good as a keyed hash, and
 * PostgreSQL can compute it for a filter without any extension.
 */
const pseudonym = (column: string): string => `encode(substr(sha256($1::bytea || uuid_send(${column})), 1, 12), 'hex')`;

export const readClock = statement('ops_clock', `SELECT ${clockMs} AS "atMs"`);

/** The vault at this moment. */
export const readVault = statement(
  'ops_vault',
  `SELECT
     (SELECT sealed_reason FROM vault_state WHERE id = 1) AS "sealedReason",
     (SELECT sealed_at IS NOT NULL FROM vault_state WHERE id = 1) AS "isSealed",
     (SELECT count(*)::int FROM accounts WHERE issuer <> '${vaultIssuer}') AS total,
     (SELECT count(*)::int FROM accounts WHERE owner_generation > 0) AS owned,
     (SELECT count(*)::int FROM accounts WHERE sealed_at IS NOT NULL) AS "sealedAccounts",
     (SELECT count(*)::int FROM keyslots WHERE state = 'active' AND kind = 'digits') AS digits,
     (SELECT count(*)::int FROM keyslots WHERE state = 'active' AND kind = 'password') AS password,
     (SELECT count(*)::int FROM keyslots WHERE state = 'active' AND kind = 'passkey') AS passkey,
     (SELECT count(*)::int FROM budgets WHERE remaining BETWEEN 1 AND 3) AS "nearLockouts",
     (SELECT count(*)::int FROM budgets WHERE remaining = 0) AS lockouts,
     (SELECT ${instantMs('min(created_at)')} FROM sealing_epochs WHERE destroyed_at IS NULL) AS "oldestKeyAtMs",
     (SELECT count(*)::int FROM sealing_epochs WHERE destroyed_at IS NULL) AS "sealingKeys",
     (SELECT ${instantMs('max(e.at)')} FROM ledger_events e JOIN accounts USING (account_id)
       WHERE issuer = '${vaultIssuer}' AND kind = 'dump-drilled') AS "drilledAtMs",
     (SELECT tree_size FROM ledger_state WHERE id = 1) AS "treeSize",
     (SELECT ${instantMs('anchored_at')} FROM ledger_state WHERE id = 1) AS "anchoredAtMs"`,
);

/** Events of a window in equal steps: $1 start, $2 milliseconds of a step, $3 steps. Empty steps are there too. */
export const readVaultSeries = statement(
  'ops_vault_series',
  `SELECT step.n AS step,
     count(*) FILTER (WHERE e.kind = 'guess')::int AS guesses, count(*) FILTER (WHERE e.kind = 'proven')::int AS proven,
     count(*) FILTER (WHERE e.kind = 'keyslot-shredded')::int AS shreds
   FROM generate_series(0, $3::int - 1) AS step (n)
     LEFT JOIN ledger_events e ON e.kind IN ('guess', 'proven', 'keyslot-shredded')
       AND e.at >= ${fromMs('($1::bigint + step.n * $2::bigint)')}
       AND e.at < ${fromMs('($1::bigint + (step.n + 1) * $2::bigint)')}
   GROUP BY step.n ORDER BY step.n`,
);

/** States that end by themselves: who stays in one for an hour is stuck, as is who is a quarter of an hour overdue. */
export const readPurgeStates = statement(
  'ops_purge_states',
  `SELECT state, count(*)::int AS objects, sum(size_bytes)::bigint AS bytes, ${instantMs('min(due_at)')} AS "oldestDueAtMs",
     ${instantMs('min(changed_at)')} AS "oldestSinceMs",
     count(*) FILTER (WHERE bucket = 'waiting' AND (due_at < clock_timestamp() - interval '15 minutes' OR (
       changed_at < clock_timestamp() - interval '1 hour'
       AND state IN ('discovered', 'backed-up', 'proven', 'deleting', 'verifying-absence', 'reappeared'))))::int AS stuck
   FROM purge_objects GROUP BY state`,
);

export const readPurgeProviders = statement(
  'ops_purge_providers',
  `SELECT provider, count(*)::int AS objects, sum(size_bytes)::bigint AS bytes,
     count(*) FILTER (WHERE bucket = 'failed')::int AS failed
   FROM purge_objects GROUP BY provider ORDER BY provider`,
);

/** Accounts whose plaintext was looked for, by where their purge stands. */
export const readPurgeJobs = statement(
  'ops_purge_jobs',
  `SELECT state, count(*)::int AS accounts FROM (
     SELECT CASE WHEN m.stopped_at IS NOT NULL THEN 'stopped' WHEN m.start_at IS NULL THEN 'not-started'
       WHEN EXISTS (SELECT FROM purge_objects o WHERE o.account_id = r.account_id
         AND (o.bucket = 'waiting' OR o.state = 'stopped' OR (o.bucket = 'done' AND o.certificate_id IS NULL))) THEN 'running'
       ELSE 'finished' END AS state
     FROM purge_rounds r LEFT JOIN purge_mandates m USING (account_id)) job
   GROUP BY state`,
);

export const countCertificates = statement(
  'ops_certificates',
  'SELECT count(*)::int AS certificates FROM purge_certificates',
);

/** $1 pseudonym key; filters (NULL: none) $2 state $3 bucket $4 provider $5 pseudonym; after $6 changed_at (µs) $7 object; $8 limit. */
export const readPurgeObjects = statement(
  'ops_purge_objects',
  `SELECT ${pseudonym('account_id')} AS account, record, ${instantMs('changed_at')} AS "changedAtMs"
   FROM purge_objects
   WHERE ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR bucket = $3) AND ($4::text IS NULL OR provider = $4)
     AND ($5::text IS NULL OR ${pseudonym('account_id')} = $5)
     AND ($6::bigint IS NULL OR (changed_at, object_id) < (${fromMs('$6')}, $7::uuid))
   ORDER BY changed_at DESC, object_id DESC LIMIT $8`,
);

/** $1 pseudonym key, $2 account. */
export const readPseudonym = statement(
  'ops_pseudonym',
  `SELECT encode(substr(sha256($1::bytea || uuid_send($2::uuid)), 1, 12), 'hex') AS account`,
);

export const readStorage = statement(
  'ops_storage',
  `SELECT
     (SELECT count(*)::int FROM repositories) AS repositories,
     (SELECT count(*)::int FROM repositories WHERE head_generation > 0) AS heads,
     (SELECT ${instantMs('max(head_at)')} FROM repositories) AS "newestHeadAtMs",
     (SELECT count(*)::int FROM pins WHERE ended_at IS NULL) AS pins,
     (SELECT count(*)::int FROM proofs) AS proofs, c.objects, c.bytes, ${instantMs('c.counted_at')} AS "countedAtMs"
   FROM (SELECT 1) one LEFT JOIN storage_counts c ON c.id = 1`,
);

export const readLedgerHead = statement(
  'ops_ledger_head',
  `SELECT check_holds AS holds, ${instantMs('checked_at')} AS "checkedAtMs", tree_size AS "treeSize", note,
     (SELECT count(*)::int FROM ledger_queue) AS unsequenced
   FROM ledger_state WHERE id = 1`,
);

/** $1 pseudonym key; filters (NULL: none) $2 pseudonym $3 kind; after $4 at (ms) $5 pseudonym $6 number; $7 limit. */
export const readLedgerEvents = statement(
  'ops_ledger_events',
  `SELECT ${pseudonym('e.account_id')} AS account, e.number, e.kind, ${instantMs('e.at')} AS "atMs",
     e.remaining::int AS remaining, e.attempt, ${instantMs('e.next_at')} AS "nextAtMs", e.serial, l.leaf_index AS "leafIndex"
   FROM ledger_events e LEFT JOIN ledger_leaves l ON l.account_id = e.account_id AND l.number = e.number
   WHERE ($2::text IS NULL OR ${pseudonym('e.account_id')} = $2) AND ($3::text IS NULL OR e.kind = $3)
     AND ($4::bigint IS NULL OR (e.at <= ${fromMs('$4')}
       AND (e.at, ${pseudonym('e.account_id')}, e.number) < (${fromMs('$4')}, $5, $6::bigint)))
   ORDER BY e.at DESC, account DESC, e.number DESC LIMIT $7`,
);
