import { instantMs, statement } from '../statement';

export const insertRepository = statement(
  'repository_insert',
  'INSERT INTO repositories (account_id, repository_id, key_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
);

const repositoryColumns = `repository_id AS "repositoryId", key_id AS "keyId", ${instantMs('created_at')} AS "createdAtMs",
  head_generation AS "headGeneration", head_hash AS "headHash", head_statement AS "statement", head_signature AS "signature",
  head_body AS "body", prune_generation AS "pruneGeneration"`;

export const readRepositories = statement(
  'repository_list',
  `SELECT ${repositoryColumns} FROM repositories WHERE account_id = $1 AND removed_at IS NULL ORDER BY created_at, repository_id`,
);

export const readRepository = statement(
  'repository_read',
  `SELECT ${repositoryColumns} FROM repositories
   WHERE account_id = $1 AND repository_id = $2 AND removed_at IS NULL`,
);

/** Holds back every other change of the head, of pins and of deletes of this repository until the transaction ends. */
export const lockRepository = statement(
  'repository_lock',
  `SELECT ${repositoryColumns} FROM repositories
   WHERE account_id = $1 AND repository_id = $2 AND removed_at IS NULL FOR UPDATE`,
);

/**
 * Compare-and-swap on the hash of the head before (NULL for the first): one statement, so two writers cannot both win. $10 whether
 * it names another snapshot.
 */
export const swapHead = statement(
  'repository_swap_head',
  `UPDATE repositories SET head_generation = $4, head_hash = $5, head_statement = $6, head_signature = $7, head_body = $8,
     prune_generation = $9, head_at = clock_timestamp(),
     backup_at = CASE WHEN $10::boolean THEN clock_timestamp() ELSE backup_at END,
     backup_notice_days = CASE WHEN $10::boolean THEN 0 ELSE backup_notice_days END
   WHERE account_id = $1 AND repository_id = $2 AND head_hash IS NOT DISTINCT FROM $3::bytea AND head_generation = $4 - 1`,
);

export const lockRepositories = statement(
  'repository_lock_all',
  `SELECT ${repositoryColumns} FROM repositories
   WHERE account_id = $1 AND removed_at IS NULL ORDER BY repository_id FOR UPDATE`,
);

/** A rotation's swap: as `swapHead`, and the repository goes to the next key with it. $10 key id. */
export const rekeyWithHead = statement(
  'repository_rekey_head',
  `UPDATE repositories SET head_generation = $4, head_hash = $5, head_statement = $6, head_signature = $7, head_body = $8,
     prune_generation = $9, key_id = $10, head_at = clock_timestamp()
   WHERE account_id = $1 AND repository_id = $2 AND head_hash IS NOT DISTINCT FROM $3::bytea AND head_generation = $4 - 1`,
);

/** The same where no head was written yet. */
export const rekeyWithoutHead = statement(
  'repository_rekey',
  'UPDATE repositories SET key_id = $3 WHERE account_id = $1 AND repository_id = $2 AND head_generation = 0',
);

/** A proof that speaks of no plaintext object pins nothing: of a repository the last one is kept, and without a row for each object. */
export const dropPlainProofs = statement(
  'proof_drop_plain',
  `DELETE FROM proofs p WHERE account_id = $1 AND repository_id = $2
     AND NOT EXISTS (SELECT 1 FROM proof_objects o WHERE o.account_id = p.account_id AND o.proof_id = p.proof_id)`,
);

export const insertProof = statement(
  'proof_insert',
  `INSERT INTO proofs (account_id, proof_id, repository_id, snapshot_id, key_id, owner_generation, owner_public_key, head_hash,
     proof_hash, statement, signature, body, accepted_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp())`,
);

/** All sealed objects of a proof in one statement: a proof of a large backup lists thousands. */
export const insertProofObjects = statement(
  'proof_insert_objects',
  `INSERT INTO proof_objects (account_id, proof_id, object_index, repository_id, path, size_bytes, sha256)
   SELECT $1, $2, item.index - 1, $3, item.path, item.size_bytes, item.sha256
   FROM unnest($4::text[], $5::bigint[], $6::bytea[]) WITH ORDINALITY AS item (path, size_bytes, sha256, index)`,
);

export const insertPin = statement(
  'pin_insert',
  `INSERT INTO pins (account_id, pin_id, repository_id, proof_id, snapshot_id, item_path, sha256, size_bytes, provider, location,
     object_id, version, objects, pinned_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::int[], clock_timestamp())`,
);

/** An older pin of the same bytes ends once a newer proof shows them, in whichever retained snapshot. */
export const supersedePins = statement(
  'pin_supersede',
  `UPDATE pins SET ended_by = 'superseded', ended_at = clock_timestamp()
   WHERE account_id = $1 AND repository_id = $2 AND sha256 = $3 AND size_bytes = $4 AND proof_id <> $5 AND ended_at IS NULL`,
);

export const releasePins = statement(
  'pin_release',
  `UPDATE pins SET ended_by = 'released', ended_at = clock_timestamp()
   WHERE account_id = $1 AND repository_id = $2 AND snapshot_id = $3 AND item_path = $4 AND size_bytes = $5 AND sha256 = $6
     AND ended_at IS NULL`,
);

export const readPins = statement(
  'pin_list',
  `SELECT n.snapshot_id AS "snapshotId", n.item_path AS "itemPath", n.size_bytes AS "sizeBytes", n.sha256,
     n.proof_id AS "proofId", cardinality(n.objects) AS "objects", ${instantMs('n.pinned_at')} AS "pinnedAtMs",
     n.object_id AS "objectId", p.record
   FROM pins n LEFT JOIN purge_objects p ON p.account_id = n.account_id AND p.object_id::text = n.object_id
   WHERE n.account_id = $1 AND n.repository_id = $2 AND n.ended_at IS NULL ORDER BY n.pinned_at, n.pin_id`,
);

/** Which of the given paths a pin that holds relies on. */
export const pinnedPaths = statement(
  'pin_paths',
  `SELECT DISTINCT o.path FROM pins n JOIN proof_objects o USING (account_id, proof_id)
   WHERE n.account_id = $1 AND n.repository_id = $2 AND n.ended_at IS NULL AND o.object_index = ANY(n.objects)
     AND o.path = ANY($3::text[]) ORDER BY o.path`,
);

/** Whatever was read before: from here on nobody finds it, and the sweep deletes its objects. */
export const markRemoved = statement(
  'repository_mark_removed',
  `UPDATE repositories SET removed_at = clock_timestamp()
   WHERE account_id = $1 AND repository_id = $2 AND removed_at IS NULL`,
);

export const releaseAllPins = statement(
  'pin_release_all',
  `UPDATE pins SET ended_by = 'released', ended_at = clock_timestamp()
   WHERE account_id = $1 AND repository_id = $2 AND ended_at IS NULL`,
);

/** In the first minute, and again once what was under way has settled. $1 seconds, $2 at most so many. */
export const dueRemovals = statement(
  'repository_due_removals',
  `SELECT encode(repository_id, 'hex') AS "repositoryIdHex" FROM repositories
   WHERE removed_at IS NOT NULL AND (removed_at > clock_timestamp() - interval '60 seconds'
     OR removed_at <= clock_timestamp() - make_interval(secs => $1)) ORDER BY removed_at LIMIT $2`,
);

/** One process empties a repository; others pass it over. $1 id, $2 seconds until it has settled. */
export const lockRemoved = statement(
  'repository_lock_removed',
  `SELECT account_id AS "accountId", removed_at <= clock_timestamp() - make_interval(secs => $2) AS "isSettled"
   FROM repositories WHERE repository_id = $1 AND removed_at IS NOT NULL FOR UPDATE SKIP LOCKED`,
);

/** What the database knew of it. $1 account, $2 repository. */
export const forgetRepository = statement(
  'repository_forget',
  `WITH pinned AS (DELETE FROM pins WHERE account_id = $1 AND repository_id = $2),
     listed AS (DELETE FROM proof_objects WHERE account_id = $1 AND repository_id = $2),
     proven AS (DELETE FROM proofs WHERE account_id = $1 AND repository_id = $2)
   DELETE FROM repositories WHERE account_id = $1 AND repository_id = $2 AND removed_at IS NOT NULL`,
);
