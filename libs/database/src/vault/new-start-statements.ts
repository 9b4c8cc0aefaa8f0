import { fromMs, instantMs, statement } from '../statement';

export const listNewStarts = statement(
  'list-new-starts',
  `SELECT new_start_id AS "newStartId", state, ${instantMs('begun_at')} AS "begunAtMs", ${instantMs('opens_at')} AS "opensAtMs",
     ${instantMs('closes_at')} AS "closesAtMs", owner_generation AS "ownerGeneration", key_id AS "keyId",
     owner_public_key AS "ownerPublicKey", ${instantMs('finished_at')} AS "finishedAtMs",
     ${instantMs('undo_until')} AS "undoUntilMs", ${instantMs('step_at')} AS "stepAtMs"
   FROM new_starts WHERE account_id = $1 ORDER BY begun_at, new_start_id`,
);

export const insertNewStart = statement(
  'insert-new-start',
  `INSERT INTO new_starts (account_id, new_start_id, state, begun_at, opens_at, closes_at, owner_generation, key_id,
     owner_public_key, finished_at, undo_until, step_at)
   VALUES ($1, $2, $3, ${fromMs('$4')}, ${fromMs('$5')}, ${fromMs('$6')}, $7, $8, $9, ${fromMs('$10')}, ${fromMs('$11')},
     ${fromMs('$12')})`,
);

/** $3 the state that it must be in; then $4 state $5 finished $6 undo until $7 step. */
export const changeNewStart = statement(
  'change-new-start',
  `UPDATE new_starts SET state = $4, finished_at = ${fromMs('$5')}, undo_until = ${fromMs('$6')}, step_at = ${fromMs('$7')}
   WHERE account_id = $1 AND new_start_id = $2 AND state = $3`,
);

export const endNewStartRegistrations = statement(
  'end-new-start-registrations',
  `UPDATE registrations SET state = 'ended', salt_sealed = NULL, record_sealed = NULL
   WHERE account_id = $1 AND new_start_id IS NOT NULL AND state IN ('open', 'pending')`,
);

/** Sealed accounts wait for staff, and must not keep the others waiting. */
export const dueNewStarts = statement(
  'due-new-starts',
  `SELECT n.account_id AS "accountId" FROM new_starts n JOIN accounts a USING (account_id)
   WHERE n.step_at <= clock_timestamp() AND a.sealed_at IS NULL AND a.closed_at IS NULL
   GROUP BY n.account_id ORDER BY min(n.step_at) LIMIT $1`,
);
