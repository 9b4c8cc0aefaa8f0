import { clockMs, fromMs, instantMs, statement } from '../statement';

/** Every transaction of an account begins here. */
export const lockBudget = statement(
  'lock-budget',
  `SELECT remaining, attempt, ${instantMs('next_guess_at')} AS "nextAtMs", active_serial AS serial,
     ${instantMs('vetoed_until')} AS "vetoedUntilMs"
     FROM budgets WHERE account_id = $1 FOR UPDATE`,
);

/**
 * A statement of its own after the lock: its snapshot is taken when the lock is held, so that it sees what the transaction
 * before committed. $2 is a login id, or NULL.
 */
export const readLocked = statement(
  'read-locked',
  `SELECT ${clockMs} AS "nowMs",
     a.issuer, a.subject, ${instantMs('a.created_at')} AS "createdAtMs", a.owner_generation AS "ownerGeneration",
     a.key_id AS "keyId", a.owner_public_key AS "ownerPublicKey", a.sealed_reason AS "sealedReason",
     ${instantMs('a.closed_at')} AS "closedAtMs",
     e.number, e.event, e.mac,
     coalesce((SELECT max(number) FROM ledger_leaves WHERE account_id = a.account_id), 0) AS "sequencedNumber",
     l.login_id AS "loginId", l.registration_id AS "registrationId", l.ke1_hash AS "ke1Hash", l.serial AS "loginSerial",
     l.attempt AS "loginAttempt", l.remaining AS "loginRemaining", ${instantMs('l.next_guess_at')} AS "loginNextGuessAtMs",
     ${instantMs('l.expires_at')} AS "loginExpiresAtMs", l.event_number AS "eventNumber", l.ke2,
     l.state_sealed AS "stateSealed", l.sealing_epoch AS "loginEpoch", l.outcome, l.ke3_hash AS "ke3Hash",
     l.answer_sealed AS "answerSealed",
     ${instantMs('s.anchored_at')} AS "anchoredAtMs", v.sealed_reason AS "vaultSealedReason",
     EXISTS (SELECT FROM new_starts WHERE account_id = a.account_id)
       OR EXISTS (SELECT FROM account_deletions WHERE account_id = a.account_id) AS "hasLossRows"
   FROM accounts a
   LEFT JOIN LATERAL (SELECT number, event, mac FROM ledger_events WHERE account_id = a.account_id
     ORDER BY number DESC LIMIT 1) e ON true
   LEFT JOIN logins l ON l.account_id = a.account_id AND l.login_id = $2::uuid
   LEFT JOIN ledger_state s ON s.id = 1
   LEFT JOIN vault_state v ON v.id = 1
   WHERE a.account_id = $1`,
);

/**
 * The guess: one conditional statement. Login, event and queue entry come from the updated row, so without it there are
 * none. $1 account; budget before $2 remaining $3 attempt $4 serial; after $5 remaining $6 attempt $7 next; login $8 id
 * $9 KE1 hash $10 serial $11 expiry; event $12 number $13 event $14 hash $15 mac $16 salt $17 kind $18 at.
 */
export const spendGuess = statement(
  'spend-guess',
  `WITH spent AS (
     UPDATE budgets SET remaining = $5, attempt = $6, next_guess_at = ${fromMs('$7')}
     WHERE account_id = $1 AND remaining > 0 AND (next_guess_at IS NULL OR next_guess_at <= clock_timestamp())
       AND (vetoed_until IS NULL OR vetoed_until <= clock_timestamp()) AND remaining = $2 AND attempt = $3 AND active_serial = $4
     RETURNING account_id, remaining, attempt, next_guess_at, active_serial
   ), login AS (
     INSERT INTO logins (account_id, login_id, ke1_hash, serial, attempt, remaining, next_guess_at, created_at, expires_at,
       event_number)
     SELECT account_id, $8::uuid, $9, $10::bigint, attempt, remaining, next_guess_at, ${fromMs('$18')}, ${fromMs('$11')},
       $12::bigint FROM spent
   ), event AS (
     INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
     SELECT account_id, $12::bigint, $13, $14, $15, $16, $17, ${fromMs('$18')}, remaining, attempt, next_guess_at,
       active_serial FROM spent
   ), queued AS (
     INSERT INTO ledger_queue (account_id, number) SELECT account_id, $12::bigint FROM spent
   )
   SELECT remaining FROM spent`,
);

/**
 * Another change of the budget and the event that records it; as above, no event without the row. $1 account; budget before
 * $2 remaining $3 attempt $4 serial; after $5 remaining $6 attempt $7 next $8 serial; event $9 number $10 event $11 hash $12 mac
 * $13 salt $14 kind $15 at.
 */
export const changeBudget = statement(
  'change-budget',
  `WITH changed AS (
     UPDATE budgets SET remaining = $5, attempt = $6, next_guess_at = ${fromMs('$7')}, active_serial = $8
     WHERE account_id = $1 AND remaining = $2 AND attempt = $3 AND active_serial = $4
     RETURNING account_id, remaining, attempt, next_guess_at, active_serial
   ), event AS (
     INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
     SELECT account_id, $9::bigint, $10, $11, $12, $13, $14, ${fromMs('$15')}, remaining, attempt, next_guess_at,
       active_serial FROM changed
   ), queued AS (
     INSERT INTO ledger_queue (account_id, number) SELECT account_id, $9::bigint FROM changed
   )
   SELECT remaining FROM changed`,
);

/** The owner's guess veto, or NULL. */
export const setVeto = statement('set-veto', `UPDATE budgets SET vetoed_until = ${fromMs('$2')} WHERE account_id = $1`);

/** $1 account $2 number $3 event $4 hash $5 mac $6 salt $7 kind $8 at $9 remaining $10 attempt $11 next $12 serial. */
export const insertEvent = statement(
  'insert-event',
  `WITH event AS (
     INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
     VALUES ($1, $2, $3, $4, $5, $6, $7, ${fromMs('$8')}, $9, $10, ${fromMs('$11')}, $12)
     RETURNING account_id, number
   )
   INSERT INTO ledger_queue (account_id, number) SELECT account_id, number FROM event`,
);
