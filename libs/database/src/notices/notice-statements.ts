import { clockMs, fromMs, instantMs, statement } from '../statement';

/** $1 account. Ended channels are not listed. */
export const listChannels = statement(
  'notice-list-channels',
  `SELECT channel_id AS "channelId", kind, state, target_sealed AS "targetBytes", sealing_epoch AS epoch,
     ${instantMs('created_at')} AS "createdAtMs", wrong_codes AS "wrongCodes", ${instantMs('confirmed_at')} AS "confirmedAtMs",
     ${instantMs('last_sent_at')} AS "lastSentAtMs", failure, ${instantMs('failed_at')} AS "failedAtMs"
   FROM notice_channels WHERE account_id = $1 AND state IN ('pending', 'active') ORDER BY channel_id`,
);

/** Addresses that an account has named since $2, removed ones too. */
export const countEmails = statement(
  'notice-count-emails',
  `SELECT count(*)::int AS named FROM notice_channels
   WHERE account_id = $1 AND kind = 'email' AND created_at > ${fromMs('$2')}`,
);

/** $1 account $2 channel $3 kind $4 state $5 target $6 epoch $7 at; an active one is confirmed as it is made. */
export const insertChannel = statement(
  'notice-insert-channel',
  `INSERT INTO notice_channels (account_id, channel_id, kind, state, target_sealed, sealing_epoch, created_at, confirmed_at)
   VALUES ($1, $2, $3, $4::text, $5, $6, ${fromMs('$7')}, CASE WHEN $4::text = 'active' THEN ${fromMs('$7')} END)`,
);

/** The message that asks for a confirmation bears the channel's own id. $3 at. */
export const insertConfirmation = statement(
  'notice-insert-confirmation',
  `INSERT INTO notice_outbox (account_id, channel_id, notice_id, created_at, due_at)
   VALUES ($1, $2, $2, ${fromMs('$3')}, ${fromMs('$3')})`,
);

export const confirmChannel = statement(
  'notice-confirm-channel',
  `UPDATE notice_channels SET state = 'active', confirmed_at = ${fromMs('$3')}
   WHERE account_id = $1 AND channel_id = $2 AND state = 'pending'`,
);

/** Counts a wrong code; with the $3rd the channel ends. */
export const countWrongCode = statement(
  'notice-count-wrong-code',
  `UPDATE notice_channels SET wrong_codes = wrong_codes + 1,
     state = CASE WHEN wrong_codes + 1 >= $3 THEN 'ended' ELSE state END,
     ended_at = CASE WHEN wrong_codes + 1 >= $3 THEN clock_timestamp() END,
     target_sealed = CASE WHEN wrong_codes + 1 >= $3 THEN NULL ELSE target_sealed END
   WHERE account_id = $1 AND channel_id = $2 AND state = 'pending'`,
);

/** A confirmed channel gets what waits for it, its own farewell among it, and ends then; a pending one ends at once. */
export const removeChannel = statement(
  'notice-remove-channel',
  `UPDATE notice_channels SET state = CASE WHEN state = 'active' THEN 'leaving' ELSE 'ended' END,
     ended_at = CASE WHEN state = 'pending' THEN clock_timestamp() END,
     target_sealed = CASE WHEN state = 'active' THEN target_sealed END
   WHERE account_id = $1 AND channel_id = $2 AND state IN ('pending', 'active')`,
);

export const readSettings = statement(
  'notice-read-settings',
  `SELECT quiet_from AS "quietFrom", quiet_to AS "quietTo", time_zone AS "timeZone", muted
   FROM notice_settings WHERE account_id = $1`,
);

/** $1 account $2 from $3 to $4 zone $5 muted $6 at. */
export const writeSettings = statement(
  'notice-write-settings',
  `INSERT INTO notice_settings (account_id, quiet_from, quiet_to, time_zone, muted, changed_at)
   VALUES ($1, $2, $3, $4, $5::text[], ${fromMs('$6')})
   ON CONFLICT (account_id) DO UPDATE SET quiet_from = EXCLUDED.quiet_from, quiet_to = EXCLUDED.quiet_to,
     time_zone = EXCLUDED.time_zone, muted = EXCLUDED.muted, changed_at = EXCLUDED.changed_at`,
);

/** Messages of ended channels wait for nobody. The clock is the statement's, which an index can be searched by. */
export const dueMessages = statement(
  'outbox-due',
  `SELECT o.account_id AS "accountId", o.channel_id AS "channelId", o.notice_id AS "noticeId"
   FROM notice_outbox o JOIN notice_channels c USING (account_id, channel_id)
   WHERE o.due_at <= statement_timestamp() AND c.target_sealed IS NOT NULL
     AND (o.leased_until IS NULL OR o.leased_until <= statement_timestamp())
   ORDER BY o.due_at LIMIT $1`,
);

/** $1 account $2 channel $3 notice $4 seconds of the lease: who changes no row does not have it. */
export const claimMessage = statement(
  'outbox-claim',
  `UPDATE notice_outbox o
   SET attempts = o.attempts + 1, leased_until = clock_timestamp() + make_interval(secs => $4::int)
   FROM notice_channels c
     LEFT JOIN notices n ON n.account_id = $1 AND n.notice_id = $3
     LEFT JOIN notice_settings s ON s.account_id = $1
   WHERE o.account_id = $1 AND o.channel_id = $2 AND o.notice_id = $3
     AND o.due_at <= clock_timestamp() AND (o.leased_until IS NULL OR o.leased_until <= clock_timestamp())
     AND c.account_id = $1 AND c.channel_id = $2 AND c.target_sealed IS NOT NULL
   RETURNING ${instantMs('o.created_at')} AS "createdAtMs", o.attempts::int AS attempt, ${clockMs} AS "nowMs",
     c.kind AS "channelKind", c.target_sealed AS "targetBytes", c.sealing_epoch AS epoch,
     n.notice_id IS NOT NULL AS "isNotice", ${instantMs('n.at')} AS "atMs", n.kind, n.severity, n.title, n.text,
     s.quiet_from AS "quietFrom", s.quiet_to AS "quietTo", s.time_zone AS "timeZone", s.muted`,
);

/** $4 until when $5 tries that did not take place. */
export const putOffMessage = statement(
  'outbox-put-off',
  `UPDATE notice_outbox SET due_at = ${fromMs('$4')}, leased_until = NULL, attempts = attempts - $5::smallint
   WHERE account_id = $1 AND channel_id = $2 AND notice_id = $3`,
);

/**
 * [Note: channel before message] Whoever changes a channel and messages of it locks the channel first: an address that is removed
 * while a message to it ends would otherwise wait for that end, which waits for the removal.
 */
export const lockChannel = statement(
  'notice-lock-channel',
  'SELECT FROM notice_channels WHERE account_id = $1 AND channel_id = $2 FOR NO KEY UPDATE',
);

export const deleteMessage = statement(
  'outbox-delete',
  'DELETE FROM notice_outbox WHERE account_id = $1 AND channel_id = $2 AND notice_id = $3',
);

/** $3 `sent` or a failure. */
export const markChannel = statement(
  'notice-mark-channel',
  `UPDATE notice_channels SET
     last_sent_at = CASE WHEN $3::text = 'sent' THEN clock_timestamp() ELSE last_sent_at END,
     failure = CASE WHEN $3::text = 'sent' THEN NULL ELSE $3::text END,
     failed_at = CASE WHEN $3::text = 'sent' THEN NULL ELSE clock_timestamp() END
   WHERE account_id = $1 AND channel_id = $2`,
);

/** A channel ends where it is $3 gone, or leaves and has nothing more to get. */
export const endChannel = statement(
  'notice-end-channel',
  `UPDATE notice_channels c SET state = 'ended', ended_at = clock_timestamp(), target_sealed = NULL, sealing_epoch = NULL
   WHERE c.account_id = $1 AND c.channel_id = $2 AND c.state <> 'ended' AND ($3::boolean OR (c.state = 'leaving'
     AND NOT EXISTS (SELECT FROM notice_outbox o WHERE o.account_id = $1 AND o.channel_id = $2)))`,
);

/** See: [Note: bounded sweeps]. $1 rows $2 seconds after which an address that nobody confirmed is forgotten. */
export const sweepPending = statement(
  'notice-sweep-pending',
  `WITH due AS MATERIALIZED (
     SELECT account_id, channel_id FROM notice_channels
     WHERE state = 'pending' AND created_at < statement_timestamp() - make_interval(secs => $2::int)
     ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   UPDATE notice_channels SET state = 'ended', ended_at = clock_timestamp(), target_sealed = NULL, sealing_epoch = NULL
   WHERE (account_id, channel_id) IN (SELECT account_id, channel_id FROM due)`,
);

/** See: [Note: bounded sweeps]. What was named in the last day counts against the limit of a day, so it stays as long. */
export const sweepEnded = statement(
  'notice-sweep-ended',
  `WITH due AS MATERIALIZED (
     SELECT account_id, channel_id FROM notice_channels
     WHERE state = 'ended' AND created_at < statement_timestamp() - interval '2 days'
     ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   DELETE FROM notice_channels WHERE (account_id, channel_id) IN (SELECT account_id, channel_id FROM due)`,
);

/** See: [Note: bounded sweeps]. Messages whose channel ended while they were written, or waited for a code in vain. */
export const sweepOutbox = statement(
  'outbox-sweep',
  `WITH due AS MATERIALIZED (
     SELECT o.account_id, o.channel_id, o.notice_id FROM notice_outbox o
       LEFT JOIN notice_channels c USING (account_id, channel_id)
     WHERE c.state IS NULL OR c.state = 'ended'
     ORDER BY o.due_at LIMIT $1 FOR UPDATE OF o SKIP LOCKED)
   DELETE FROM notice_outbox WHERE (account_id, channel_id, notice_id) IN (SELECT account_id, channel_id, notice_id FROM due)`,
);

/** What waited for a channel that has ended. */
export const dropMessages = statement(
  'outbox-drop',
  `DELETE FROM notice_outbox o USING notice_channels c
   WHERE o.account_id = $1 AND o.channel_id = $2 AND c.account_id = $1 AND c.channel_id = $2 AND c.state = 'ended'`,
);

/** Accounts that are to be asked whether their secret is still known. */
export const dueKeyChecks = statement(
  'key-check-due',
  'SELECT account_id AS "accountId" FROM key_checks WHERE next_at <= statement_timestamp() ORDER BY next_at LIMIT $1',
);

export const readKeyCheck = statement(
  'key-check-read',
  `SELECT ${instantMs('proven_at')} AS "provenAtMs", ${instantMs('next_at')} AS "nextAtMs", ${instantMs('asked_at')} AS "askedAtMs",
     ${instantMs('answered_at')} AS "answeredAtMs", failures::int AS failures
   FROM key_checks WHERE account_id = $1`,
);

/** $1 account $2 proven at $3 next at. A keyslot that was proven begins the schedule anew. */
export const beginKeyChecks = statement(
  'key-check-begin',
  `INSERT INTO key_checks (account_id, proven_at, next_at) VALUES ($1, ${fromMs('$2')}, ${fromMs('$3')})
   ON CONFLICT (account_id) DO UPDATE SET proven_at = EXCLUDED.proven_at, next_at = EXCLUDED.next_at, failures = 0`,
);

/** $2 next at $3 when it was asked; NULL: it was put off. Only where it is still due. */
export const passKeyCheck = statement(
  'key-check-next',
  `UPDATE key_checks SET next_at = ${fromMs('$2')}, asked_at = COALESCE(${fromMs('$3')}, asked_at)
   WHERE account_id = $1 AND next_at <= clock_timestamp()`,
);

/** $2 whether it was passed $3 when. */
export const answerKeyCheck = statement(
  'key-check-answer',
  `UPDATE key_checks SET answered_at = ${fromMs('$3')}, failures = CASE WHEN $2::boolean THEN 0 ELSE LEAST(failures + 1, 1000) END
   WHERE account_id = $1
   RETURNING ${instantMs('proven_at')} AS "provenAtMs", ${instantMs('next_at')} AS "nextAtMs", ${instantMs('asked_at')} AS "askedAtMs",
     ${instantMs('answered_at')} AS "answeredAtMs", failures::int AS failures`,
);

/**
 * Whether a repository r asks for a notice. The newest of an account speaks for it: one that a new start left behind is backed up no
 * more.
 */
const isBackupMissing = `r.removed_at IS NULL
  AND (r.backup_at <= clock_timestamp() - interval '7 days' AND r.backup_notice_days < 7
    OR r.backup_at <= clock_timestamp() - interval '30 days' AND r.backup_notice_days < 30)
  AND NOT EXISTS (SELECT FROM repositories n WHERE n.account_id = r.account_id AND n.removed_at IS NULL AND n.backup_at > r.backup_at)`;

/** Accounts without a backup for 7 or 30 days that were not told yet. In any order: one that cannot be told holds nobody up. */
export const dueBackupNotices = statement(
  'backup-missing-due',
  `SELECT r.account_id AS "accountId" FROM repositories r
   WHERE r.backup_at <= clock_timestamp() - interval '7 days' AND ${isBackupMissing} ORDER BY random() LIMIT $1`,
);

/** Notes that the account is told. One statement: of two workers one changes the row. */
export const claimBackupNotice = statement(
  'backup-missing-claim',
  `UPDATE repositories r
   SET backup_notice_days = CASE WHEN r.backup_at <= clock_timestamp() - interval '30 days' THEN 30 ELSE 7 END
   WHERE r.account_id = $1 AND ${isBackupMissing}
   RETURNING r.backup_notice_days::int AS days, ${instantMs('r.backup_at')} AS "backupAtMs"`,
);
