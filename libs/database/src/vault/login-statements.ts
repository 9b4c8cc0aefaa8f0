import { fromMs, instantMs, statement } from '../statement';

const columns = `login_id AS "loginId", registration_id AS "registrationId", ke1_hash AS "ke1Hash",
  serial AS "loginSerial", attempt AS "loginAttempt", remaining AS "loginRemaining",
  ${instantMs('next_guess_at')} AS "loginNextGuessAtMs", ${instantMs('expires_at')} AS "loginExpiresAtMs",
  event_number AS "eventNumber", ke2, state_sealed AS "stateSealed", sealing_epoch AS "loginEpoch", outcome,
  ke3_hash AS "ke3Hash", answer_sealed AS "answerSealed"`;

export const findLogin = statement(
  'find-login',
  `SELECT ${columns} FROM logins WHERE account_id = $1 AND login_id = $2`,
);

export const insertLogin = statement(
  'insert-login',
  `INSERT INTO logins (account_id, login_id, registration_id, ke1_hash, serial, attempt, remaining, next_guess_at,
     created_at, expires_at, event_number)
   VALUES ($1, $2, $3, $4, $5, $6, $7, ${fromMs('$8')}, clock_timestamp(), ${fromMs('$9')}, $10)`,
);

/** T2. */
export const storeEvaluation = statement(
  'store-evaluation',
  `UPDATE logins SET ke2 = $3, state_sealed = $4, sealing_epoch = $5
   WHERE account_id = $1 AND login_id = $2 AND ke2 IS NULL AND state_sealed IS NULL AND outcome IS NULL
     AND expires_at > clock_timestamp()
   RETURNING ke2`,
);

export const findEvaluation = statement(
  'find-evaluation',
  `SELECT ke2 FROM logins
   WHERE account_id = $1 AND login_id = $2 AND ke2 IS NOT NULL AND expires_at > clock_timestamp()`,
);

/** Single use: whoever comes second changes no row. */
export const consumeLogin = statement(
  'consume-login',
  `UPDATE logins SET outcome = $3, ke3_hash = $4, answer_sealed = $5, sealing_epoch = coalesce($6, sealing_epoch),
     state_sealed = NULL
   WHERE account_id = $1 AND login_id = $2 AND state_sealed IS NOT NULL AND outcome IS NULL
     AND expires_at > clock_timestamp()`,
);

export const hasOpenLogin = statement(
  'has-open-login',
  `SELECT EXISTS (SELECT FROM logins WHERE account_id = $1 AND serial = $2 AND registration_id IS NULL
     AND outcome IS NULL AND expires_at > clock_timestamp()) AS found`,
);

export const planShred = statement(
  'plan-shred',
  `INSERT INTO due_shreds (account_id, serial, due_at) VALUES ($1, $2, ${fromMs('$3')})
   ON CONFLICT (account_id) DO UPDATE SET serial = excluded.serial, due_at = excluded.due_at`,
);
export const plannedShred = statement('planned-shred', 'SELECT serial FROM due_shreds WHERE account_id = $1');
export const dropPlannedShred = statement('drop-planned-shred', 'DELETE FROM due_shreds WHERE account_id = $1');
export const dueShreds = statement(
  'due-shreds',
  `SELECT account_id AS "accountId" FROM due_shreds WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1`,
);

/** See: [Note: bounded sweeps]. */
export const sweepLogins = statement(
  'sweep-logins',
  `WITH due AS MATERIALIZED (
     SELECT account_id, login_id FROM logins WHERE expires_at < statement_timestamp() - interval '1 hour'
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   DELETE FROM logins WHERE (account_id, login_id) IN (SELECT account_id, login_id FROM due)`,
);
/**
 * What an expired login sealed goes with the next sweep; the row itself stays an hour, so that a late device hears that it
 * expired. Only the last minutes are looked at: what an outage kept from being wiped goes with its row.
 */
export const wipeLogins = statement(
  'wipe-logins',
  `WITH due AS MATERIALIZED (
     SELECT account_id, login_id FROM logins
     WHERE expires_at < statement_timestamp() AND expires_at > statement_timestamp() - interval '5 minutes'
       AND (state_sealed IS NOT NULL OR answer_sealed IS NOT NULL)
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   UPDATE logins SET state_sealed = NULL, answer_sealed = NULL
   WHERE (account_id, login_id) IN (SELECT account_id, login_id FROM due)`,
);
