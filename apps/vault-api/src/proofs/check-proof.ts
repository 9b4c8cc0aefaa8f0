import type { ProofItem, ProofOfRestorability } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { holdsBackup, type PurgeObject } from '@coffer/purge';
import { ProblemError } from '../platform/problem';

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Ids of the found objects that a proof speaks of. @throws ProblemError `statement-invalid` where one is no such id */
export function objectIdsOf(proof: ProofOfRestorability): readonly string[] {
  const ids = proof.items.map(({ objectId }) => objectId);
  if (ids.every((id) => uuidForm.test(id))) return ids;
  throw new ProblemError('statement-invalid', 'An item of the proof names no found object.');
}

/**
 * Holds every item of a proof against the object that the vault found: place, version, size, and the hash where the worker
 * has made one. What was written over since is another version, and another proof.
 *
 * @param found - those of the named objects that the account has
 * @throws ProblemError `statement-invalid`
 */
export function requireFoundItems(proof: ProofOfRestorability, found: readonly PurgeObject[]): void {
  const byId = new Map(found.map((object) => [object.objectId, object]));
  for (const item of proof.items) {
    const object = byId.get(item.objectId);
    if (object === undefined || !isSame(item, object)) {
      throw new ProblemError(
        'statement-invalid',
        'An item of the proof is not one of the found objects as they are now; list them again.',
      );
    }
  }
}

function isSame(item: ProofItem, { found, sha256 }: PurgeObject): boolean {
  return (
    holdsBackup(found.kind) &&
    item.provider === found.provider &&
    item.location === found.location &&
    item.version === found.version &&
    item.sizeBytes === found.sizeBytes &&
    (sha256 === null || equalBytes(item.sha256, sha256))
  );
}
