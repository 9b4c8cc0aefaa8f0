import { fromMs, instantMs, statement } from '../statement';

/**
 * Takes the lease of an account that nobody holds, or whose holder's time is up, by the database's clock. An account that is being
 * deleted, or that was, is leased to nobody: no worker writes a row that would outlive it.
 */
export const takeLease = statement(
  'purge_take_lease',
  `INSERT INTO purge_rounds (account_id, purge_id, fencing_token, leased_until, record)
   SELECT $1::uuid, $2::uuid, 1, clock_timestamp() + make_interval(secs => $3), $4::bytea
   FROM accounts WHERE account_id = $1::uuid AND closed_at IS NULL
   ON CONFLICT (account_id) DO UPDATE
     SET fencing_token = purge_rounds.fencing_token + 1, leased_until = clock_timestamp() + make_interval(secs => $3)
     WHERE purge_rounds.leased_until IS NULL OR purge_rounds.leased_until <= clock_timestamp()
   RETURNING fencing_token AS "fencingToken"`,
);

/** Also where its time was up, as long as nobody else took it. */
export const renewLease = statement(
  'purge_renew_lease',
  `UPDATE purge_rounds SET leased_until = clock_timestamp() + make_interval(secs => $3)
   WHERE account_id = $1 AND fencing_token = $2`,
);

/** Gives a lease back; another holder's is left alone. */
export const releaseLease = statement(
  'purge_release_lease',
  'UPDATE purge_rounds SET leased_until = NULL WHERE account_id = $1 AND fencing_token = $2',
);

/** Locks the round and says whose lease is the newest. Every write begins with it. */
export const lockRound = statement(
  'purge_lock_round',
  'SELECT fencing_token AS "fencingToken", record FROM purge_rounds WHERE account_id = $1 FOR UPDATE',
);

export const readRound = statement(
  'purge_read_round',
  'SELECT fencing_token AS "fencingToken", record FROM purge_rounds WHERE account_id = $1',
);

export const storeRound = statement(
  'purge_store_round',
  `UPDATE purge_rounds SET purge_id = $2, record = $3, started_at = ${fromMs('$4')} WHERE account_id = $1`,
);

export const readObjects = statement(
  'purge_read_objects',
  'SELECT record FROM purge_objects WHERE account_id = $1 ORDER BY object_id',
);

const objectColumns = `account_id, object_id, revision, copy_hash, state, bucket, reason, provider, size_bytes, sha256, due_at,
  changed_at, record, certificate_id`;

export const insertObject = statement(
  'purge_insert_object',
  `INSERT INTO purge_objects (${objectColumns})
   VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, ${fromMs('$10')}, clock_timestamp(), $11, $12::uuid)
   ON CONFLICT DO NOTHING`,
);

/** Changes a row only over the revision that the change was computed from. */
export const updateObject = statement(
  'purge_update_object',
  `UPDATE purge_objects
   SET revision = revision + 1, copy_hash = $3, state = $4, bucket = $5, reason = $6, provider = $7, size_bytes = $8,
     sha256 = $9, due_at = ${fromMs('$10')}, changed_at = clock_timestamp(), record = $11, certificate_id = $12::uuid
   WHERE account_id = $1 AND object_id = $2 AND revision = $13`,
);

export const insertCertificate = statement(
  'purge_insert_certificate',
  `INSERT INTO purge_certificates (account_id, certificate_id, note, body_hash, names, objects, bytes, started_at,
     finished_at, event_number)
   VALUES ($1, $2, $3, $4, $5, $6, $7, ${fromMs('$8')}, ${fromMs('$9')}, $10)`,
);

/** Where an account stands: one read of the primary. */
export const readStanding = statement(
  'purge_read_standing',
  `SELECT a.owner_generation AS "ownerGeneration", a.key_id AS "keyId", ${instantMs('a.owner_bound_at')} AS "boundAtMs",
     a.sealed_at IS NOT NULL OR a.closed_at IS NOT NULL OR EXISTS (SELECT FROM vault_state v WHERE v.sealed_at IS NOT NULL) AS "isSealed",
     ${instantMs('m.consent_at')} AS "consentAtMs", ${instantMs('m.start_at')} AS "startAtMs",
     m.start_generation AS "startGeneration", m.grace_seconds AS "graceSeconds", ${instantMs('m.stopped_at')} AS "stoppedAtMs",
     (SELECT count(*)::int FROM keyslots k
        WHERE k.account_id = a.account_id AND k.state = 'active' AND k.key_id = a.key_id) AS "provenKeyslots",
     EXISTS (SELECT FROM new_starts n WHERE n.account_id = a.account_id AND n.state = 'pending') AS "isNewStartPending",
     (SELECT ${instantMs('max(e.at)')} FROM ledger_events e WHERE e.account_id = a.account_id
        AND e.kind IN ('owner-bound', 'key-rotated', 'keyslot-shredded', 'new-start-begun', 'new-start-finished', 'new-start-undone')) AS "lastKeyEventAtMs"
   FROM accounts a LEFT JOIN purge_mandates m USING (account_id) WHERE a.account_id = $1`,
);

/** The newest accepted proof with an item of these bytes, whichever copy it named. */
export const findProof = statement(
  'purge_find_proof',
  `SELECT p.proof_id AS "proofId", p.proof_hash AS "proofHash", ${instantMs('p.accepted_at')} AS "acceptedAtMs",
     p.repository_id AS "repositoryId", p.key_id AS "keyId", p.owner_generation AS "ownerGeneration",
     n.sha256, n.size_bytes AS "sizeBytes", n.objects
   FROM pins n JOIN proofs p USING (account_id, proof_id)
   WHERE n.account_id = $1 AND n.sha256 = $2 AND n.size_bytes = $3 AND n.ended_at IS NULL
   ORDER BY p.accepted_at DESC, p.proof_id DESC LIMIT 1`,
);

export const readProofObjects = statement(
  'purge_read_proof_objects',
  `SELECT path, size_bytes AS "sizeBytes", sha256 FROM proof_objects
   WHERE account_id = $1 AND proof_id = $2 AND object_index = ANY($3::int[]) ORDER BY object_index`,
);

/** Accounts whose plaintext is to be looked after: claimed, so that somebody could have consented. */
export const claimedAccounts = statement(
  'purge_claimed_accounts',
  `SELECT account_id AS "accountId" FROM accounts
   WHERE owner_generation > 0 AND closed_at IS NULL AND ($1::uuid IS NULL OR account_id > $1::uuid) ORDER BY account_id LIMIT $2`,
);

export const unseenAccounts = statement(
  'purge_unseen_accounts',
  `SELECT a.account_id AS "accountId" FROM accounts a LEFT JOIN purge_rounds r USING (account_id)
   WHERE a.owner_generation > 0 AND a.closed_at IS NULL AND r.account_id IS NULL ORDER BY a.account_id LIMIT $1`,
);

export const findIdentity = statement('purge_identity', 'SELECT issuer, subject FROM accounts WHERE account_id = $1');
