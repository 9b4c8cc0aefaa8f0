import { clockMs, fromMs, instantMs, statement } from '../statement';

/** $1 the account to go on after, or NULL; $3 whether sealed ones alone. */
export const pageAccounts = statement(
  'repair_page_accounts',
  `SELECT account_id AS "accountId" FROM accounts
   WHERE ($1::uuid IS NULL OR account_id > $1::uuid) AND (sealed_at IS NOT NULL OR NOT $3) ORDER BY account_id LIMIT $2`,
);

export const knownAccounts = statement(
  'repair_known_accounts',
  'SELECT account_id AS "accountId" FROM accounts WHERE account_id = ANY($1::uuid[])',
);

export const findAccounts = statement(
  'repair_find_accounts',
  `SELECT a.account_id AS "accountId", a.issuer, a.subject, ${instantMs('a.created_at')} AS "createdAtMs",
     a.owner_generation AS "ownerGeneration", a.key_id AS "keyId", a.owner_public_key AS "ownerPublicKey",
     a.sealed_reason AS "sealedReason", ${instantMs('a.closed_at')} AS "closedAtMs",
     b.remaining, b.attempt, ${instantMs('b.next_guess_at')} AS "nextAtMs", b.active_serial AS serial,
     ${instantMs('b.vetoed_until')} AS "vetoedUntilMs", coalesce(r.serial, 0) AS "recordSerial",
     (SELECT coalesce(json_agg(q.number), '[]') FROM ledger_queue q WHERE q.account_id = a.account_id) AS queued, ${clockMs} AS "nowMs"
   FROM accounts a LEFT JOIN budgets b ON b.account_id = a.account_id
   LEFT JOIN password_records r ON r.account_id = a.account_id AND r.purpose = 'recovery'
   WHERE a.account_id = ANY($1::uuid[]) ORDER BY a.account_id`,
);

export const findEvents = statement(
  'repair_find_events',
  `SELECT account_id AS "accountId", number, event, mac, hash, salt, kind, ${instantMs('at')} AS "atMs", remaining, attempt,
     ${instantMs('next_at')} AS "nextAtMs", serial
   FROM ledger_events WHERE account_id = ANY($1::uuid[]) ORDER BY account_id, number`,
);

export const findAccountLeaves = statement(
  'repair_find_leaves',
  `SELECT account_id AS "accountId", number, leaf_index AS "leafIndex", entry
   FROM ledger_leaves WHERE account_id = ANY($1::uuid[])`,
);

export const findKeyslots = statement(
  'repair_find_keyslots',
  `SELECT account_id AS "accountId", keyslot_id AS "keyslotId", kind, key_id AS "keyId", serial, state,
     ${instantMs('proven_at')} AS "provenAtMs"
   FROM keyslots WHERE account_id = ANY($1::uuid[]) ORDER BY account_id, keyslot_id`,
);

export const findNewStarts = statement(
  'repair_find_new_starts',
  `SELECT account_id AS "accountId", new_start_id AS "newStartId", state, ${instantMs('begun_at')} AS "begunAtMs",
     ${instantMs('opens_at')} AS "opensAtMs", ${instantMs('closes_at')} AS "closesAtMs", owner_generation AS "ownerGeneration",
     key_id AS "keyId", owner_public_key AS "ownerPublicKey", ${instantMs('finished_at')} AS "finishedAtMs",
     ${instantMs('undo_until')} AS "undoUntilMs", ${instantMs('step_at')} AS "stepAtMs"
   FROM new_starts WHERE account_id = ANY($1::uuid[]) ORDER BY account_id, begun_at, new_start_id`,
);

/**
 * Leaves that sequencing would take from the queue meanwhile would be queued twice. Locked after the budget row; whoever sequences
 * never locks a budget.
 */
export const holdSequencer = statement('repair_hold_sequencer', 'SELECT 1 FROM ledger_state WHERE id = 1 FOR UPDATE');

export const removeEvents = statement('repair_remove_events', 'DELETE FROM ledger_events WHERE account_id = $1');
/** An event without a next instant has -1. */
export const putEvents = statement(
  'repair_put_events',
  `INSERT INTO ledger_events (account_id, number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)
   SELECT $1::uuid, number, event, hash, mac, salt, kind, ${fromMs('at')}, remaining, attempt, ${fromMs('nullif(next_at, -1)')},
     serial
   FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[], $8::bigint[], $9::smallint[],
     $10::bigint[], $11::bigint[], $12::bigint[])
     AS put (number, event, hash, mac, salt, kind, at, remaining, attempt, next_at, serial)`,
);
export const emptyQueue = statement('repair_empty_queue', 'DELETE FROM ledger_queue WHERE account_id = $1');
/** Behind the last one that is in the tree. */
export const fillQueue = statement(
  'repair_fill_queue',
  `INSERT INTO ledger_queue (account_id, number)
   SELECT account_id, number FROM ledger_events WHERE account_id = $1 AND number > $2 ORDER BY number`,
);

/** $2 remaining $3 attempt $4 next $5 serial $6 veto. */
export const putBudget = statement(
  'repair_put_budget',
  `UPDATE budgets SET remaining = $2, attempt = $3, next_guess_at = ${fromMs('$4')}, active_serial = $5,
     vetoed_until = ${fromMs('$6')}
   WHERE account_id = $1`,
);
/** $2 generation $3 key id $4 public key; takes the seal off. */
export const putOwner = statement(
  'repair_put_owner',
  `UPDATE accounts SET owner_bound_at = CASE WHEN $2 = 0 THEN NULL WHEN owner_generation = $2 THEN owner_bound_at
       ELSE clock_timestamp() END,
     owner_generation = $2, key_id = $3, owner_public_key = $4, sealed_at = NULL, sealed_reason = NULL
   WHERE account_id = $1`,
);
export const keepRecord = statement(
  'repair_keep_record',
  'DELETE FROM password_records WHERE account_id = $1 AND serial <> $2',
);

/** What may be older than its end. The purge goes on when its owner starts it again. */
export const endOpen = statement(
  'repair_end_open',
  `WITH attempts AS (DELETE FROM logins WHERE account_id = $1),
     unspent AS (DELETE FROM challenges WHERE account_id = $1),
     shreds AS (DELETE FROM due_shreds WHERE account_id = $1),
     purge AS (UPDATE purge_mandates SET stopped_at = clock_timestamp() WHERE account_id = $1 AND stopped_at IS NULL)
   UPDATE registrations SET state = 'ended', salt_sealed = NULL, record_sealed = NULL
   WHERE account_id = $1 AND state IN ('open', 'pending', 'proven')`,
);

export const putNewStart = statement(
  'repair_put_new_start',
  `INSERT INTO new_starts (account_id, new_start_id, state, begun_at, opens_at, closes_at, owner_generation, key_id,
     owner_public_key, finished_at, undo_until, step_at)
   VALUES ($1, $2, $3, ${fromMs('$4')}, ${fromMs('$5')}, ${fromMs('$6')}, $7, $8, $9, ${fromMs('$10')}, ${fromMs('$11')},
     ${fromMs('$12')})
   ON CONFLICT (account_id, new_start_id) DO UPDATE SET state = excluded.state, opens_at = excluded.opens_at,
     closes_at = excluded.closes_at, owner_generation = excluded.owner_generation, key_id = excluded.key_id,
     owner_public_key = excluded.owner_public_key, finished_at = excluded.finished_at, undo_until = excluded.undo_until,
     step_at = excluded.step_at`,
);

export const dropWaitingDeletion = statement(
  'repair_drop_waiting_deletion',
  `DELETE FROM account_deletions WHERE account_id = $1 AND state = 'waiting'`,
);

export const cutLeaves = statement('repair_cut_leaves', 'DELETE FROM ledger_leaves WHERE leaf_index >= $1');
/** A hash stands as long as its whole subtree does. */
export const cutNodes = statement(
  'repair_cut_nodes',
  'DELETE FROM ledger_nodes WHERE ((index + 1) << level::int) > $1::bigint',
);
export const makeRoomAt = statement(
  'repair_make_room_at',
  'DELETE FROM ledger_leaves WHERE leaf_index = ANY($1::bigint[])',
);
/** A leaf of nobody has '' for its account and 0 for its number. */
export const makeRoomFor = statement(
  'repair_make_room_for',
  `DELETE FROM ledger_leaves l USING unnest($1::text[], $2::bigint[]) AS put (account_id, number)
   WHERE l.account_id = nullif(put.account_id, '')::uuid AND l.number = put.number`,
);
export const putLeaves = statement(
  'repair_put_leaves',
  `INSERT INTO ledger_leaves (leaf_index, account_id, number, entry)
   SELECT leaf_index, nullif(account_id, '')::uuid, nullif(number, 0), entry
   FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bytea[]) AS put (leaf_index, account_id, number, entry)`,
);
export const putNodes = statement(
  'repair_put_nodes',
  `INSERT INTO ledger_nodes (level, index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
   ON CONFLICT (level, index) DO UPDATE SET hash = excluded.hash`,
);
export const putHead = statement(
  'repair_put_head',
  `UPDATE ledger_state SET tree_size = $1, root = $2, note = $3, checkpoint_at = clock_timestamp(), anchored_size = $4,
     anchored_note = $5
   WHERE id = 1`,
);
export const forgetAnchors = statement(
  'repair_forget_anchors',
  'DELETE FROM ledger_anchors WHERE name = ANY($1::text[])',
);

const columns = `repair_id AS "repairId", scope, plan_hash AS "planHash", plan, reason, state,
  ${instantMs('proposed_at')} AS "proposedAtMs", ${instantMs('expires_at')} AS "expiresAtMs"`;

/** One that is not over, the newest first; one that is running even when it has expired. */
export const findRepair = statement(
  'repair_find',
  `SELECT ${columns} FROM repairs
   WHERE plan_hash = $1 AND (state = 'running' OR state = 'proposed' AND expires_at > clock_timestamp())
   ORDER BY proposed_at DESC LIMIT 1`,
);
/** Whether a repair of this plan was done in the last 24 hours. */
export const isDone = statement(
  'repair_is_done',
  `SELECT EXISTS (SELECT FROM repairs WHERE plan_hash = $1 AND state = 'done'
     AND finished_at > clock_timestamp() - interval '24 hours') AS found`,
);
export const listRepairs = statement(
  'repair_list',
  `SELECT ${columns} FROM repairs
   WHERE state = 'running' OR state = 'proposed' AND expires_at > clock_timestamp() ORDER BY proposed_at`,
);
export const findApprovals = statement(
  'repair_find_approvals',
  `SELECT staff, ${instantMs('approved_at')} AS "atMs", mac FROM repair_approvals WHERE repair_id = $1 ORDER BY approved_at`,
);
export const insertRepair = statement(
  'repair_insert',
  `INSERT INTO repairs (repair_id, scope, plan_hash, plan, reason, state, proposed_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, 'proposed', ${fromMs('$6')}, ${fromMs('$7')})`,
);
export const insertApproval = statement(
  'repair_insert_approval',
  `INSERT INTO repair_approvals (repair_id, staff, approved_at, mac) VALUES ($1, $2, ${fromMs('$3')}, $4)
   ON CONFLICT (repair_id, staff) DO NOTHING`,
);
export const beginRepair = statement(
  'repair_begin',
  `UPDATE repairs SET state = 'running', begun_at = coalesce(begun_at, clock_timestamp())
   WHERE repair_id = $1 AND (state = 'running' OR state = 'proposed' AND expires_at > clock_timestamp())`,
);
/** Whatever else was proposed or begun was about what is no more. */
export const finishRepair = statement(
  'repair_finish',
  `UPDATE repairs SET state = CASE WHEN repair_id = $1 THEN 'done' ELSE 'overtaken' END, finished_at = clock_timestamp()
   WHERE state IN ('proposed', 'running')`,
);
/** Leaves of accounts that were erased, or that the database has not. */
export const countNobodys = statement(
  'repair_count_nobodys',
  'SELECT count(*) AS leaves FROM ledger_leaves WHERE account_id IS NULL',
);
export const unsealVault = statement(
  'repair_unseal_vault',
  'UPDATE vault_state SET sealed_at = NULL, sealed_reason = NULL WHERE id = 1',
);
