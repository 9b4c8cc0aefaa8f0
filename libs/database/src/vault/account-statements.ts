import { clockMs, fromMs, instantMs, statement } from '../statement';

export const findAccount = statement(
  'find-account',
  `SELECT ${clockMs} AS "nowMs", a.account_id AS "accountId", a.issuer, a.subject,
     ${instantMs('a.created_at')} AS "createdAtMs", a.owner_generation AS "ownerGeneration", a.key_id AS "keyId",
     a.owner_public_key AS "ownerPublicKey", a.sealed_reason AS "sealedReason", ${instantMs('a.closed_at')} AS "closedAtMs"
   FROM (SELECT 1) one LEFT JOIN accounts a ON a.issuer = $1 AND a.subject = $2`,
);

/** $1 account $2 issuer $3 subject $4 remaining; event $5 number $6 event $7 hash $8 mac $9 salt $10 kind $11 at. */
export const createAccount = statement(
  'create-account',
  `WITH made AS (
     INSERT INTO accounts (account_id, issuer, subject, created_at) VALUES ($1, $2, $3, ${fromMs('$11')})
     ON CONFLICT (issuer, subject) DO NOTHING RETURNING account_id
   ), budget AS (
     INSERT INTO budgets (account_id, remaining) SELECT account_id, $4::smallint FROM made
   ), event AS (
     INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
     SELECT account_id, $5::bigint, $6, $7, $8, $9, $10, ${fromMs('$11')}, $4::smallint, 0, NULL, 0 FROM made
   )
   INSERT INTO ledger_queue (account_id, number) SELECT account_id, $5::bigint FROM made`,
);

export const bindOwner = statement(
  'bind-owner',
  `UPDATE accounts SET owner_generation = 1, key_id = $2, owner_public_key = $3, owner_bound_at = clock_timestamp()
   WHERE account_id = $1 AND owner_generation = 0`,
);
/** $2 is the generation that is left: of two that replace the owner of one generation, the second changes no row. */
export const replaceOwner = statement(
  'replace-owner',
  `UPDATE accounts SET owner_generation = owner_generation + 1, key_id = $3, owner_public_key = $4,
     owner_bound_at = clock_timestamp()
   WHERE account_id = $1 AND owner_generation = $2 AND owner_generation > 0`,
);
export const sealAccount = statement(
  'seal-account',
  `UPDATE accounts SET sealed_at = clock_timestamp(), sealed_reason = $2 WHERE account_id = $1 AND sealed_at IS NULL`,
);

export const issueChallenge = statement(
  'issue-challenge',
  `INSERT INTO challenges (account_id, challenge, purpose, expires_at)
   VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4::int))
   RETURNING ${instantMs('expires_at')} AS "expiresAtMs"`,
);
export const spendChallenge = statement(
  'spend-challenge',
  `DELETE FROM challenges
   WHERE account_id = $1 AND challenge = $2 AND purpose = $3 AND expires_at > clock_timestamp()`,
);
/**
 * [Note: bounded sweeps] What has expired goes oldest first, at most $1 rows a statement, and never waits for a row that an act of
 * an account holds: the process that sequences sweeps between two rounds, and guesses wait for its rounds. The clock is the
 * statement's, which an index can be searched by.
 */
export const sweepChallenges = statement(
  'sweep-challenges',
  `WITH due AS MATERIALIZED (
     SELECT account_id, challenge FROM challenges WHERE expires_at < statement_timestamp()
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   DELETE FROM challenges WHERE (account_id, challenge) IN (SELECT account_id, challenge FROM due)`,
);

/** The feed's entry, and with it a message for each channel of the account. */
export const insertNotice = statement(
  'insert-notice',
  `WITH told AS (
     INSERT INTO notices (account_id, notice_id, at, kind, severity, title, text, event_number)
     VALUES ($1, $2, ${fromMs('$3')}, $4, $5, $6, $7, $8))
   INSERT INTO notice_outbox (account_id, channel_id, notice_id, created_at, due_at)
   SELECT account_id, channel_id, $2::uuid, ${fromMs('$3')}, ${fromMs('$3')} FROM notice_channels
   WHERE account_id = $1 AND state = 'active'`,
);

export const findBudget = statement(
  'find-budget',
  `SELECT remaining, attempt, ${instantMs('next_guess_at')} AS "nextAtMs", active_serial AS serial,
     ${instantMs('vetoed_until')} AS "vetoedUntilMs", ${clockMs} AS "nowMs"
   FROM budgets WHERE account_id = $1`,
);

/** Newest first: ids are UUIDv7, which sort by time. $2 the last id of the page before, or NULL. */
export const listNotices = statement(
  'list-notices',
  `SELECT notice_id AS "noticeId", ${instantMs('at')} AS "atMs", kind, severity, title, text,
     event_number AS "eventNumber"
   FROM notices WHERE account_id = $1 AND ($2::uuid IS NULL OR notice_id < $2::uuid)
   ORDER BY notice_id DESC LIMIT $3`,
);

export const listEvents = statement(
  'list-events',
  `SELECT e.number, e.event, e.salt, e.mac, l.leaf_index AS "leafIndex"
   FROM ledger_events e LEFT JOIN ledger_leaves l ON l.account_id = e.account_id AND l.number = e.number
   WHERE e.account_id = $1 AND e.number > $2 ORDER BY e.number LIMIT $3`,
);
/** $2 the kind. */
export const newestEvent = statement(
  'newest-event',
  `SELECT number, event, mac FROM ledger_events WHERE account_id = $1 AND kind = $2 ORDER BY number DESC LIMIT 1`,
);
export const findLeafIndex = statement(
  'find-leaf-index',
  'SELECT leaf_index AS "leafIndex" FROM ledger_leaves WHERE account_id = $1 AND number = $2',
);
