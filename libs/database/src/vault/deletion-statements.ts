import { fromMs, instantMs, statement } from '../statement';

export const findDeletion = statement(
  'find-deletion',
  `SELECT deletion_id AS "deletionId", state, asked_by AS "askedBy", ${instantMs('asked_at')} AS "askedAtMs",
     ${instantMs('due_at')} AS "dueAtMs", ${instantMs('step_at')} AS "stepAtMs"
   FROM account_deletions WHERE account_id = $1`,
);

export const putDeletion = statement(
  'put-deletion',
  `INSERT INTO account_deletions (account_id, deletion_id, state, asked_by, asked_at, due_at, step_at)
   VALUES ($1, $2, $3, $4, ${fromMs('$5')}, ${fromMs('$6')}, ${fromMs('$7')})
   ON CONFLICT (account_id) DO UPDATE SET deletion_id = excluded.deletion_id, state = excluded.state,
     asked_by = excluded.asked_by, asked_at = excluded.asked_at, due_at = excluded.due_at, step_at = excluded.step_at`,
);

export const cancelDeletion = statement(
  'cancel-deletion',
  `DELETE FROM account_deletions WHERE account_id = $1 AND deletion_id = $2 AND state = 'waiting'`,
);

/** Of two that close one account, the second changes no row. */
export const closeAccount = statement(
  'close-account',
  'UPDATE accounts SET closed_at = clock_timestamp() WHERE account_id = $1 AND closed_at IS NULL',
);

/** What a closed account must not keep: whatever is sealed for it, what could still be done in its name, and its purge. */
export const clearClosed = statement(
  'clear-closed-account',
  `WITH records AS (DELETE FROM password_records WHERE account_id = $1),
     wraps AS (DELETE FROM passkey_wraps WHERE account_id = $1),
     registered AS (DELETE FROM registrations WHERE account_id = $1),
     attempts AS (DELETE FROM logins WHERE account_id = $1),
     unspent AS (DELETE FROM challenges WHERE account_id = $1),
     checks AS (DELETE FROM key_checks WHERE account_id = $1),
     shreds AS (DELETE FROM due_shreds WHERE account_id = $1),
     begun AS (UPDATE new_starts SET state = 'cancelled', step_at = NULL WHERE account_id = $1 AND state = 'pending'),
     ended AS (UPDATE keyslots SET state = 'removed', ended_at = clock_timestamp()
       WHERE account_id = $1 AND state = 'active'),
     pinned AS (UPDATE pins SET ended_by = 'released', ended_at = clock_timestamp()
       WHERE account_id = $1 AND ended_at IS NULL),
     removed AS (UPDATE repositories SET removed_at = clock_timestamp() WHERE account_id = $1 AND removed_at IS NULL)
   DELETE FROM purge_mandates WHERE account_id = $1`,
);

/** Before all its events are anchored a database that is put back to a dump would not know of its closing. */
export const isErasable = statement(
  'is-erasable',
  `SELECT NOT EXISTS (SELECT FROM repositories WHERE account_id = $1)
     AND NOT EXISTS (SELECT FROM ledger_queue WHERE account_id = $1)
     AND NOT EXISTS (SELECT FROM ledger_leaves l JOIN ledger_state s ON s.id = 1 AND l.leaf_index >= s.anchored_size
       WHERE l.account_id = $1) AS "isErasable"
   FROM accounts WHERE account_id = $1 AND closed_at IS NOT NULL`,
);

export const countLeaves = statement(
  'count-leaves',
  'SELECT count(*) AS leaves FROM ledger_leaves WHERE account_id = $1',
);

/** The tree stays; nobody can tell any more whose leaves these were, nor what they said: their salts go with the events. */
export const freeLeaves = statement(
  'free-leaves',
  'UPDATE ledger_leaves SET account_id = NULL, number = NULL WHERE account_id = $1',
);

/** First of all: a worker that holds the purge is fenced out by it. */
export const eraseRound = statement('erase-round', 'DELETE FROM purge_rounds WHERE account_id = $1');

/**
 * Every other row that names the account. A test compares these tables with the schema (`vault-rows.spec.ts`): a new table of
 * accounts is named here, or there among those that are emptied elsewhere. Channels before what waits for them: See: [Note: channel
 * before message].
 */
export const erasedTables = [
  'ledger_events',
  'challenges',
  'notices',
  'notice_channels',
  'notice_outbox',
  'notice_settings',
  'key_checks',
  'keyslots',
  'passkey_wraps',
  'password_records',
  'registrations',
  'logins',
  'due_shreds',
  'new_starts',
  'proofs',
  'proof_objects',
  'pins',
  'purge_mandates',
  'purge_objects',
  'purge_certificates',
  'account_deletions',
  'budgets',
  'accounts',
] as const;

export const eraseTables = erasedTables.map((table) =>
  // eslint-disable-next-line no-restricted-syntax -- the names are the constants above
  statement(`erase-${table}`, `DELETE FROM ${table} WHERE account_id = $1`),
);

/** Sealed accounts wait for staff, and must not keep the others waiting. */
export const dueDeletions = statement(
  'due-deletions',
  `SELECT d.account_id AS "accountId" FROM account_deletions d JOIN accounts a USING (account_id)
   WHERE d.step_at <= clock_timestamp() AND a.sealed_at IS NULL ORDER BY d.step_at LIMIT $1`,
);
