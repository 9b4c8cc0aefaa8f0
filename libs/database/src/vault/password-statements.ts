import { sealedRecordBytes } from '@coffer/key-vault';
import { fromMs, instantMs, statement } from '../statement';

/** For as long as the record that there is: an account without one takes the same time to read (docs/protocol.md, "Recovery", 8). */
const noRecord = `'\\x${'00'.repeat(sealedRecordBytes)}'::bytea`;

/** One row for each account, of the form of a record where there is none. */
export const readRecord = statement(
  'read-record',
  `SELECT r.serial IS NOT NULL AS "hasRecord", coalesce(r.serial, ${Number.MAX_SAFE_INTEGER}) AS "recordSerial",
     coalesce(r.keyslot_id, a.account_id) AS "recordKeyslotId", coalesce(r.sealed, ${noRecord}) AS "recordSealed",
     coalesce(r.sealing_epoch, 1) AS "recordEpoch"
   FROM budgets a LEFT JOIN password_records r ON r.account_id = a.account_id AND r.purpose = 'recovery'
   WHERE a.account_id = $1`,
);

export const insertRecord = statement(
  'insert-record',
  `INSERT INTO password_records (account_id, serial, keyslot_id, sealed, sealing_epoch) VALUES ($1, $2, $3, $4, $5)`,
);
export const deleteRecord = statement(
  'delete-record',
  'DELETE FROM password_records WHERE account_id = $1 AND serial = $2',
);

const registrationColumns = `registration_id AS "registrationId", purpose, state, serial, previous_serial AS "previousSerial",
  generation, idempotency_key AS "idempotencyKey", request_hash AS "requestHash", response, salt_sealed AS "saltSealed",
  record_sealed AS "recordSealed", sealing_epoch AS "sealingEpoch", record_hash AS "recordHash",
  owner_public_key AS "ownerPublicKey", key_id AS "keyId", evaluations, new_start_id AS "newStartId", ${instantMs('opened_at')} AS "openedAtMs",
  ${instantMs('expires_at')} AS "expiresAtMs"`;

export const findRegistration = statement(
  'find-registration',
  `SELECT ${registrationColumns} FROM registrations WHERE account_id = $1 AND registration_id = $2`,
);
export const findRegistrationOfRequest = statement(
  'find-registration-of-request',
  `SELECT ${registrationColumns} FROM registrations
   WHERE account_id = $1 AND idempotency_key = $2 AND request_hash = $3`,
);
export const countRegistrations = statement(
  'count-registrations',
  `SELECT count(*) AS opened FROM registrations WHERE account_id = $1 AND opened_at > ${fromMs('$2')}`,
);
export const insertRegistration = statement(
  'insert-registration',
  `INSERT INTO registrations (account_id, registration_id, state, serial, previous_serial, generation, idempotency_key,
     request_hash, response, salt_sealed, sealing_epoch, opened_at, expires_at, new_start_id)
   VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, ${fromMs('$11')}, ${fromMs('$12')}, $13)`,
);
export const setPending = statement(
  'set-pending',
  `UPDATE registrations SET state = 'pending', purpose = $8, record_sealed = $3, sealing_epoch = $4, record_hash = $5,
     owner_public_key = $6, key_id = $7, salt_sealed = NULL
   WHERE account_id = $1 AND registration_id = $2 AND state = 'open' AND expires_at > clock_timestamp()`,
);
export const countEvaluation = statement(
  'count-evaluation',
  `UPDATE registrations SET evaluations = evaluations + 1
   WHERE account_id = $1 AND registration_id = $2 AND state = 'pending' AND evaluations < $3
     AND expires_at > clock_timestamp()`,
);
export const finishRegistration = statement(
  'finish-registration',
  `UPDATE registrations SET state = 'activated', salt_sealed = NULL, record_sealed = NULL
   WHERE account_id = $1 AND registration_id = $2 AND state IN ('pending', 'proven')`,
);
export const setProven = statement(
  'set-proven',
  `UPDATE registrations SET state = 'proven', expires_at = ${fromMs('$3')}
   WHERE account_id = $1 AND registration_id = $2 AND state = 'pending' AND expires_at > clock_timestamp()`,
);
/** $3 is the registration that stays, or NULL. */
export const endRegistrations = statement(
  'end-registrations',
  `UPDATE registrations SET state = 'ended', salt_sealed = NULL, record_sealed = NULL
   WHERE account_id = $1 AND state = ANY($2::text[]) AND registration_id IS DISTINCT FROM $3::uuid`,
);
/** See: [Note: bounded sweeps]. */
export const sweepRegistrations = statement(
  'sweep-registrations',
  `WITH due AS MATERIALIZED (
     SELECT account_id, registration_id FROM registrations
     WHERE expires_at < statement_timestamp() AND state IN ('open', 'pending', 'proven')
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   UPDATE registrations SET state = 'ended', salt_sealed = NULL, record_sealed = NULL
   WHERE (account_id, registration_id) IN (SELECT account_id, registration_id FROM due)`,
);
export const forgetRegistrations = statement(
  'forget-registrations',
  `WITH due AS MATERIALIZED (
     SELECT account_id, registration_id FROM registrations WHERE expires_at < statement_timestamp() - interval '2 days'
     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
   DELETE FROM registrations WHERE (account_id, registration_id) IN (SELECT account_id, registration_id FROM due)`,
);

/** Those of the owner's key: what a new start left of the former one opens the former backup, and comes back when it is undone. */
export const listKeyslots = statement(
  'list-keyslots',
  `SELECT keyslot_id AS "keyslotId", kind, key_id AS "keyId", serial, state, ${instantMs('proven_at')} AS "provenAtMs"
   FROM keyslots WHERE account_id = $1 AND state = 'active'
     AND key_id = (SELECT key_id FROM accounts WHERE account_id = $1) ORDER BY keyslot_id`,
);
export const insertKeyslot = statement(
  'insert-keyslot',
  `INSERT INTO keyslots (account_id, keyslot_id, kind, key_id, serial, state, proven_at)
   VALUES ($1, $2, $3, $4, $5, $6, ${fromMs('$7')})`,
);
export const endKeyslot = statement(
  'end-keyslot',
  `UPDATE keyslots SET state = $3, ended_at = clock_timestamp()
   WHERE account_id = $1 AND keyslot_id = $2 AND state = 'active'`,
);

/** Those of the owner's key, as with the list of keyslots. */
export const listPasskeys = statement(
  'list-passkeys',
  `SELECT keyslot_id AS "keyslotId", key_id AS "keyId", rp_id AS "rpId", credential_id AS "credentialId",
     prf_salt AS "prfSalt", sealed_backup_key AS "sealedBackupKey"
   FROM passkey_wraps WHERE account_id = $1
     AND key_id = (SELECT key_id FROM accounts WHERE account_id = $1) ORDER BY keyslot_id`,
);
export const insertPasskey = statement(
  'insert-passkey',
  `INSERT INTO passkey_wraps (account_id, keyslot_id, key_id, rp_id, credential_id, prf_salt, sealed_backup_key)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
export const deletePasskey = statement(
  'delete-passkey',
  'DELETE FROM passkey_wraps WHERE account_id = $1 AND keyslot_id = $2',
);
