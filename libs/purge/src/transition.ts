import { equalBytes } from '@coffer/foundation';

import { PurgeError } from './errors';
import { holdsBackup, type FoundObject } from './found-object';
import { PurgeReason, type PlaintextRelease, type PurgeObject } from './purge-object';
import { canMove, type PurgeState } from './states';

/** What may change together with the state. */
export type ObjectPatch = Partial<Omit<PurgeObject, 'objectId' | 'revision' | 'state' | 'reason'>>;

/**
 * The object in another state.
 *
 * @throws PurgeError `illegal-transition`
 */
export function move(
  object: PurgeObject,
  state: PurgeState,
  reason: PurgeReason | null,
  patch: ObjectPatch = {},
): PurgeObject {
  if (!canMove(object.state, state)) {
    throw new PurgeError('illegal-transition', `an object cannot go from ${object.state} to ${state}`);
  }
  return { ...object, ...patch, state, reason };
}

const unknown = {
  sha256: null,
  hashedAtMs: null,
  proofId: null,
  ciphertextCheckedAtMs: null,
  provenAtMs: null,
  dueAtMs: null,
  release: null,
  deletion: null,
  firstAbsentAtMs: null,
} satisfies ObjectPatch;

/** A row for a copy that was never seen before. */
export function discoveredObject(objectId: string, found: FoundObject): PurgeObject {
  return {
    objectId,
    revision: 0,
    found,
    state: 'discovered',
    reason: null,
    ...unknown,
    report: null,
    certificateId: null,
    attempts: 0,
    nextAttemptAtMs: null,
  };
}

/** The object goes round again: nothing that was known of its bytes holds for those that are there now. */
export function startAgain(
  object: PurgeObject,
  state: 'discovered' | 'reappeared',
  reason: PurgeReason,
  found: FoundObject = object.found,
): PurgeObject {
  const wasGone = object.state === 'purged' || object.state === 'verifying-absence';
  return move(object, state, reason, { ...unknown, found, ...(wasGone ? { certificateId: null } : {}) });
}

/** The vault stores an owner-signed release, which it has verified. The worker acts on it. */
export function releaseObject(object: PurgeObject, release: PlaintextRelease): PurgeObject {
  return { ...object, release };
}

/**
 * The vault stores an owner-signed report: a device could not read these bytes. A release that was given before is void.
 *
 * @param reason - the device's word for it
 * @throws PurgeError `illegal-transition` for what is gone, out of reach, or holds no backup
 */
export function quarantineObject(object: PurgeObject, reason: string): PurgeObject {
  if (object.state === 'retained-elsewhere' || !holdsBackup(object.found.kind)) {
    throw new PurgeError('illegal-transition', `a copy that is ${object.state} cannot be reported as unreadable`);
  }
  const report = { version: object.found.version, sha256: object.sha256, reason };
  const patch = { report, dueAtMs: null, provenAtMs: null, release: null, nextAttemptAtMs: null };
  return move(object, 'quarantined', PurgeReason.unreadableByDevice, patch);
}

/**
 * Whether a device reported the bytes that are there now, or may have. What it reported before they were hashed, and what was written
 * over since, nobody can compare any more: then whatever is there is kept, until a release.
 */
export function isReported({ report, found, sha256 }: Pick<PurgeObject, 'report' | 'found' | 'sha256'>): boolean {
  if (report === null) return false;
  if (report.sha256 === null) return true;
  if (sha256 === null) return report.version === found.version;
  return equalBytes(report.sha256, sha256);
}

/** Staff send a failed object round again. @throws PurgeError `illegal-transition` for any other state */
export function retryObject(object: PurgeObject): PurgeObject {
  if (object.state !== 'failed') {
    throw new PurgeError(
      'illegal-transition',
      `only a failed object can be tried again, not one that is ${object.state}`,
    );
  }
  return move(object, 'discovered', null, { ...unknown, attempts: 0, nextAttemptAtMs: null });
}
