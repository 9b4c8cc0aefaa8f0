import { instantMs, statement } from '../statement';

const headColumns = `tree_size AS "treeSize", root, note, anchored_size AS "anchoredSize",
  coalesce(anchored_note, note) AS "anchoredNote", ${instantMs('anchored_at')} AS "anchoredAtMs"`;

export const findHead = statement('find-head', `SELECT ${headColumns} FROM ledger_state WHERE id = 1`);
export const lockHead = statement(
  'lock-head',
  `SELECT ${headColumns}, (SELECT sealed_reason FROM vault_state WHERE id = 1) AS "vaultSealedReason"
   FROM ledger_state WHERE id = 1 FOR UPDATE`,
);
export const createHead = statement(
  'create-head',
  `INSERT INTO ledger_state (id, tree_size, root, note, checkpoint_at, anchored_size, anchored_note)
   VALUES (1, 0, $1, $2, clock_timestamp(), 0, $2) ON CONFLICT (id) DO NOTHING`,
);
export const moveHead = statement(
  'move-head',
  `UPDATE ledger_state SET tree_size = $1, root = $2, note = $3, checkpoint_at = clock_timestamp() WHERE id = 1`,
);
export const markAnchored = statement(
  'mark-anchored',
  `UPDATE ledger_state SET anchored_size = $1, anchored_note = $2, anchored_at = clock_timestamp()
   WHERE id = 1 AND anchored_size <= $1`,
);
export const acknowledge = statement(
  'acknowledge',
  `INSERT INTO ledger_anchors (name, kind, size, note, acknowledged_at)
   SELECT name, kind, size, note, clock_timestamp()
   FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS answer (name, kind, size, note)
   ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, size = excluded.size, note = excluded.note,
     acknowledged_at = excluded.acknowledged_at
   WHERE ledger_anchors.size <= excluded.size`,
);
export const findAnchors = statement('find-anchors', 'SELECT name, kind, size, note FROM ledger_anchors ORDER BY name');
export const markChecked = statement(
  'mark-checked',
  `UPDATE ledger_state SET check_holds = $1, checked_at = clock_timestamp() WHERE id = 1`,
);

/** The queue in the order of commits per account: the number is drawn while the account's budget row is locked. */
export const findQueued = statement(
  'find-queued',
  `SELECT q.account_id AS "accountId", q.number, e.event, e.salt,
     coalesce((SELECT max(number) FROM ledger_leaves WHERE account_id = q.account_id), 0) AS "sequencedNumber"
   FROM (SELECT account_id, number, sequence FROM ledger_queue ORDER BY sequence LIMIT $1) q
   JOIN ledger_events e ON e.account_id = q.account_id AND e.number = q.number
   ORDER BY q.sequence`,
);
export const hasQueued = statement('has-queued', 'SELECT EXISTS (SELECT FROM ledger_queue) AS found');
export const takeQueued = statement(
  'take-queued',
  `DELETE FROM ledger_queue q USING unnest($1::uuid[], $2::bigint[]) AS taken (account_id, number)
   WHERE q.account_id = taken.account_id AND q.number = taken.number`,
);
export const insertLeaves = statement(
  'insert-leaves',
  `INSERT INTO ledger_leaves (leaf_index, account_id, number, entry)
   SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bytea[])`,
);
export const insertNodes = statement(
  'insert-nodes',
  `INSERT INTO ledger_nodes (level, index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
);
export const findNodes = statement(
  'find-nodes',
  `SELECT n.hash FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS asked (level, index, position)
   JOIN ledger_nodes n ON n.level = asked.level AND n.index = asked.index ORDER BY asked.position`,
);
export const findLeaves = statement(
  'find-leaves',
  `SELECT l.leaf_index AS "leafIndex", l.account_id AS "accountId", l.number, l.entry, e.event, e.salt
   FROM ledger_leaves l LEFT JOIN ledger_events e ON e.account_id = l.account_id AND e.number = l.number
   WHERE l.leaf_index >= $1 ORDER BY l.leaf_index LIMIT $2`,
);
export const findEntries = statement(
  'find-entries',
  'SELECT entry FROM ledger_leaves WHERE leaf_index >= $1 ORDER BY leaf_index LIMIT $2',
);

/** Of the vault's own chain. $1 its issuer $2 kinds. */
export const findFreeing = statement(
  'find-freeing',
  `SELECT a.account_id AS "accountId", e.number, e.event, e.mac FROM accounts a JOIN ledger_events e ON e.account_id = a.account_id
   WHERE a.issuer = $1 AND e.kind = ANY ($2::text[]) ORDER BY e.number`,
);

/** Budgets with their whole chains, in one snapshot. $1 the account to go on after, or NULL. */
export const findChains = statement(
  'find-chains',
  `SELECT b.account_id AS "accountId", b.remaining, b.attempt, ${instantMs('b.next_guess_at')} AS "nextAtMs",
     b.active_serial AS serial, ${instantMs('b.vetoed_until')} AS "vetoedUntilMs", e.number, e.event, e.mac, e.hash, e.kind,
     ${instantMs('e.at')} AS "atMs", e.remaining AS "eventRemaining", e.attempt AS "eventAttempt",
     ${instantMs('e.next_at')} AS "eventNextAtMs", e.serial AS "eventSerial",
     (SELECT count(*) FROM ledger_leaves l WHERE l.account_id = b.account_id)
       + (SELECT count(*) FROM ledger_queue q WHERE q.account_id = b.account_id) AS accounted
   FROM (SELECT budgets.* FROM budgets JOIN accounts USING (account_id)
     WHERE accounts.sealed_at IS NULL AND ($1::uuid IS NULL OR account_id > $1::uuid) ORDER BY account_id LIMIT $2) b
   LEFT JOIN ledger_events e ON e.account_id = b.account_id
   ORDER BY b.account_id, e.number`,
);

/** Of the asked events those that the anchor has acknowledged. */
export const findAnchored = statement(
  'find-anchored',
  `SELECT l.account_id AS "accountId", l.number
   FROM unnest($1::uuid[], $2::bigint[]) AS asked (account_id, number)
   JOIN ledger_leaves l ON l.account_id = asked.account_id AND l.number = asked.number
   JOIN ledger_state s ON s.id = 1 AND l.leaf_index < s.anchored_size`,
);
