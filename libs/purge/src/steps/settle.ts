import { isReleased, missingKeys, missingMandate } from '../conditions';
import { copyKey, CopyKind, holdsBackup, pathKey } from '../found-object';
import { graceEndsAtMs } from '../grace';
import type { AcceptedProof, PurgeNotice } from '../ports';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { isReported, move, startAgain } from '../transition';
import { changesOf, isDue, type StepContext, type StepOutcome } from './step-context';

/** Moves every object as far as it goes on what is known, without asking a provider or a store of objects. */
export async function settle(context: StepContext): Promise<StepOutcome | undefined> {
  const changed: PurgeObject[] = [];
  const notices: PurgeNotice[] = [];
  for (const object of context.record.objects) {
    const after = await settleObject(object, context);
    if (after === object) continue;
    changed.push(after);
    if (isNewsForPerson(object, after, context)) {
      notices.push({ kind: 'plaintext-waiting', atMs: context.nowMs, objectId: after.objectId });
    }
  }
  return changed.length === 0 ? undefined : { did: 'settled', changes: changesOf(changed, { notices }) };
}

/** Once the purge runs, an object that no backup contains is named to the person. */
function isNewsForPerson(before: PurgeObject, after: PurgeObject, { standing }: StepContext): boolean {
  const isWaiting = after.state === 'waiting-for-backup' && after.reason === PurgeReason.noProof;
  return isWaiting && before.reason !== after.reason && missingMandate(standing).length === 0;
}

/** One move of one object; the same object where there is none. */
async function settleObject(object: PurgeObject, context: StepContext): Promise<PurgeObject> {
  const isStopped = context.standing.mandate.stoppedAtMs !== null;
  if (isStopped && canBeStopped(object)) {
    return move(object, 'stopped', PurgeReason.stoppedByPerson, { dueAtMs: null, nextAttemptAtMs: null });
  }
  switch (object.state) {
    case 'discovered':
      return sort(object);
    case 'reappeared':
      return startAgain(object, 'discovered', PurgeReason.cameBack);
    case 'stopped':
      return isStopped ? object : backInto(object);
    case 'needs-auth':
      return isDue(object, context.nowMs) ? backInto(object) : object;
    case 'quarantined':
      return isReleased(object, context.standing) ? move(object, 'waiting-for-backup', PurgeReason.released) : object;
    case 'waiting-for-backup':
      return isDue(object, context.nowMs) ? await findBackup(object, context) : object;
    case 'proven':
    case 'needs-consent':
    case 'grace':
      return askPerson(object, context);
    case 'locked-until':
      return (object.found.lockedUntilMs ?? 0) <= context.nowMs ? backInto(object) : object;
    case 'backed-up':
    case 'deleting':
    case 'verifying-absence':
    case 'purged':
    case 'retained-elsewhere':
    case 'failed':
      return object;
  }
}

function canBeStopped({ state }: PurgeObject): boolean {
  const stays = ['verifying-absence', 'purged', 'stopped', 'retained-elsewhere', 'quarantined', 'failed'];
  return !stays.includes(state);
}

/** What needs no hash goes its way; what no rule recognises is kept. */
function sort(object: PurgeObject): PurgeObject {
  const { kind, verdict } = object.found;
  if (kind === CopyKind.replica) return move(object, 'retained-elsewhere', PurgeReason.keptByProvider);
  if (!holdsBackup(kind)) return move(object, 'waiting-for-backup', PurgeReason.otherRowsOfPath);
  if (verdict === 'unrecognised') return move(object, 'quarantined', PurgeReason.unreadableByRule);
  return object;
}

/** Why these bytes are kept; undefined where nobody found them unreadable. */
function unreadableBecause(object: PurgeObject): PurgeReason | undefined {
  if (object.found.verdict === 'unrecognised') return PurgeReason.unreadableByRule;
  return isReported(object) ? PurgeReason.unreadableByDevice : undefined;
}

/** After a pause everything is looked at again, from the beginning of what the pause may have changed. */
function backInto(object: PurgeObject): PurgeObject {
  const patch = { proofId: null, ciphertextCheckedAtMs: null, provenAtMs: null, dueAtMs: null, nextAttemptAtMs: null };
  const isUnknown = object.sha256 === null && holdsBackup(object.found.kind);
  return move(object, isUnknown ? 'discovered' : 'waiting-for-backup', null, patch);
}

async function findBackup(object: PurgeObject, context: StepContext): Promise<PurgeObject> {
  const { standing, lease, ports, nowMs } = context;
  if (!holdsBackup(object.found.kind)) return followPath(object, context);
  if (object.sha256 === null) return move(object, 'discovered', PurgeReason.hashTooOld);
  const isFree = isReleased(object, standing);
  const unreadable = isFree ? undefined : unreadableBecause(object);
  // Its release is void, for the key changed since; or the bytes that a device reported are back.
  if (unreadable !== undefined) return move(object, 'quarantined', unreadable);
  let proof: AcceptedProof | undefined;
  if (!isFree) {
    proof = await ports.proofs.find(lease.accountId, object.sha256, object.found.sizeBytes);
    if (proof === undefined) return because(object, PurgeReason.noProof);
  }
  const [missing] = missingKeys(standing, proof);
  if (missing !== undefined) return because(object, missing);
  if (proof !== undefined) return move(object, 'backed-up', null, { proofId: proof.proofId, nextAttemptAtMs: null });
  return move(object, 'proven', PurgeReason.released, { provenAtMs: nowMs, proofId: null, nextAttemptAtMs: null });
}

/** Markers and parts of uploads: last of all, once every other copy under their path is purged. */
function followPath(object: PurgeObject, context: StepContext): PurgeObject {
  const { nowMs, settings, standing, record } = context;
  if (!isPathPurged(object, record.objects)) return because(object, PurgeReason.otherRowsOfPath);
  const youngUntilMs = object.found.modifiedMs + settings.multipartMinAgeMs;
  if (object.found.kind === CopyKind.multipart && youngUntilMs > nowMs) {
    return move(object, object.state, PurgeReason.uploadMayBeRunning, { nextAttemptAtMs: youngUntilMs });
  }
  const [missing] = [...missingKeys(standing, undefined), ...missingMandate(standing)];
  if (missing !== undefined) return because(object, missing);
  return move(object, 'grace', null, { dueAtMs: nowMs, nextAttemptAtMs: null });
}

/** Whether every other copy under the path that holds a backup is purged. */
export function isPathPurged(object: PurgeObject, objects: readonly PurgeObject[]): boolean {
  return objects.every(
    ({ found, state }) =>
      state === 'purged' ||
      !holdsBackup(found.kind) ||
      found.kind === CopyKind.replica ||
      pathKey(found) !== pathKey(object.found) ||
      copyKey(found) === copyKey(object.found),
  );
}

function askPerson(object: PurgeObject, context: StepContext): PurgeObject {
  const { standing, settings, nowMs } = context;
  const [missing] = missingMandate(standing);
  if (missing !== undefined) {
    const isSame = object.state === 'needs-consent' && object.reason === missing;
    return isSame ? object : move(object, 'needs-consent', missing, { dueAtMs: null });
  }
  if (object.state === 'needs-consent') {
    return holdsBackup(object.found.kind) && object.provenAtMs !== null
      ? move(object, 'proven', null)
      : backInto(object);
  }
  const dueAtMs = holdsBackup(object.found.kind)
    ? graceEndsAtMs(object.provenAtMs ?? nowMs, standing, settings)
    : object.dueAtMs;
  if (dueAtMs === undefined || (object.state === 'grace' && dueAtMs === object.dueAtMs)) return object;
  return move(object, 'grace', null, { dueAtMs });
}

function because(object: PurgeObject, reason: PurgeReason): PurgeObject {
  return object.reason === reason ? object : move(object, object.state, reason);
}
