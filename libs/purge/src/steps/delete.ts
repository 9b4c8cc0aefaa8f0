import { equalBytes, type CborValue } from '@coffer/foundation';

import { evaluateConditions, type ConditionReport } from '../conditions';
import { ConnectorError } from '../errors';
import { CopyKind, holdsBackup } from '../found-object';
import { graceEndsAtMs } from '../grace';
import type { AcceptedProof, DeleteOutcome, PurgeEvent } from '../ports';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { move } from '../transition';
import { foundGone } from './already-gone';
import { hashNow, outOfDate } from './hash';
import { fetchCiphertext, lookForCiphertext } from './prove';
import { putOff } from './put-off';
import { isPathPurged } from './settle';
import { changesOf, isDue, type StepContext, type StepOutcome } from './step-context';

/** An object together with what was read about it a moment ago. */
interface Evidence {
  readonly object: PurgeObject;
  readonly proof: AcceptedProof | undefined;
  readonly bytesHashed: number;
  readonly bytesFetched: number;
}

/** A stored intent, and the rows as they were right after. */
interface Intent {
  readonly context: StepContext;
  readonly object: PurgeObject;
}

/**
 * Deletes one object. First its evidence is brought up to date and the intent is stored; then everything is read once more, under
 * the fencing token, and only if all four conditions hold at that moment the delete is sent.
 */
export async function deleteOne(context: StepContext): Promise<StepOutcome | undefined> {
  const due = context.record.objects.filter((object) => isDeletable(object, context)).sort(byOrderOfDeletes);
  const [object] = due;
  if (object === undefined) return undefined;
  try {
    const evidence = await refresh(context, object);
    const refused = refuse(context, evidence);
    if (refused !== undefined) return { ...spent(evidence), did: 'settled', changes: changesOf([refused]) };
    const intended = await intend(context, evidence);
    return { ...(await send(intended)), ...spent(evidence) };
  } catch (error) {
    if (error instanceof ConnectorError && (error.code === 'changed' || error.code === 'absent')) {
      return outOfDate(context, object);
    }
    return putOff(context, object, error);
  }
}

/** In grace that is over, or in a delete that was begun. Also what screens call due. */
export function isDeletable(object: PurgeObject, { nowMs }: Pick<StepContext, 'nowMs'>): boolean {
  if (!isDue(object, nowMs)) return false;
  return (
    object.state === 'deleting' || (object.state === 'grace' && object.dueAtMs !== null && object.dueAtMs <= nowMs)
  );
}

/** Older copies before the current one, so that no old one comes to light as current; markers and parts of uploads last. */
export function byOrderOfDeletes(left: PurgeObject, right: PurgeObject): number {
  const rank = ({ found }: PurgeObject): number => {
    if (!holdsBackup(found.kind)) return 2;
    return found.kind === CopyKind.current ? 1 : 0;
  };
  return rank(left) - rank(right) || left.found.modifiedMs - right.found.modifiedMs;
}

/** Hashes and fetches again what is too old, and looks for the ciphertext in any case. @throws ConnectorError */
async function refresh(context: StepContext, object: PurgeObject): Promise<Evidence> {
  const { nowMs, settings, ports, lease, standing } = context;
  let fresh = object;
  let [bytesHashed, bytesFetched] = [0, 0];
  if (!holdsBackup(object.found.kind)) return { object, proof: undefined, bytesHashed, bytesFetched };
  if (object.sha256 === null || object.hashedAtMs === null || object.hashedAtMs + settings.hashMaxAgeMs <= nowMs) {
    const { sha256, sizeBytes } = await hashNow(context, object);
    bytesHashed = sizeBytes;
    const isSame = object.sha256 !== null && equalBytes(sha256, object.sha256) && sizeBytes === object.found.sizeBytes;
    if (!isSame) throw new ConnectorError('changed', 'the object has other bytes than it had');
    fresh = { ...fresh, hashedAtMs: nowMs };
  }
  const proof =
    fresh.sha256 === null || object.proofId === null
      ? undefined
      : await ports.proofs.find(lease.accountId, fresh.sha256, fresh.found.sizeBytes);
  // A newer proof of the same bytes takes over, once its own ciphertext was compared; grace goes on. Not one by another key.
  const isOfCurrentKey = proof?.keyIdHex === standing.keyIdHex && proof.ownerGeneration === standing.ownerGeneration;
  if (proof !== undefined && isOfCurrentKey) {
    const isStale =
      proof.proofId !== fresh.proofId ||
      fresh.ciphertextCheckedAtMs === null ||
      fresh.ciphertextCheckedAtMs + settings.hashMaxAgeMs <= nowMs;
    const sight = isStale ? await fetchCiphertext(context, proof, new Map()) : await lookForCiphertext(context, proof);
    bytesFetched = sight.bytesFetched;
    const checkedAtMs = isStale ? nowMs : fresh.ciphertextCheckedAtMs;
    fresh = { ...fresh, proofId: proof.proofId, ciphertextCheckedAtMs: sight.isThere ? checkedAtMs : null };
  }
  return { object: fresh, proof, bytesHashed, bytesFetched };
}

/** The object in the state that keeps it, where anything is missing; undefined where it may go. */
function refuse(context: StepContext, { object, proof }: Pick<Evidence, 'object' | 'proof'>): PurgeObject | undefined {
  const { standing, settings, record } = context;
  const nowMs = context.ports.clock.nowMs();
  const report = evaluateConditions({ object, proof, standing, nowMs, settings });
  if (!report.holds) return keep(object, report);
  if (!holdsBackup(object.found.kind)) {
    return isPathPurged(object, record.objects)
      ? undefined
      : move(object, 'waiting-for-backup', PurgeReason.otherRowsOfPath, { dueAtMs: null });
  }
  const lockedUntilMs = object.found.lockedUntilMs ?? 0;
  if (lockedUntilMs > nowMs) return locked(object, lockedUntilMs);
  const dueAtMs = object.provenAtMs === null ? undefined : graceEndsAtMs(object.provenAtMs, standing, settings);
  if (dueAtMs === undefined) return move(object, 'waiting-for-backup', null, { dueAtMs: null });
  return dueAtMs > nowMs ? move(object, 'grace', PurgeReason.graceRunning, { dueAtMs }) : undefined;
}

function keep(object: PurgeObject, { exactBytes, ciphertext, keys, mandate }: ConditionReport): PurgeObject {
  if (mandate.includes(PurgeReason.stoppedByPerson)) {
    return move(object, 'stopped', PurgeReason.stoppedByPerson, { dueAtMs: null });
  }
  const [missing] = [...exactBytes, ...ciphertext, ...keys];
  if (missing !== undefined) {
    const patch = { proofId: null, ciphertextCheckedAtMs: null, provenAtMs: null, dueAtMs: null };
    return move(object, 'waiting-for-backup', missing, patch);
  }
  return move(object, 'needs-consent', mandate[0] ?? PurgeReason.notStarted, { dueAtMs: null });
}

function locked(object: PurgeObject, untilMs: number): PurgeObject {
  const isForever = untilMs === Number.MAX_SAFE_INTEGER;
  const found = { ...object.found, lockedUntilMs: untilMs };
  return move(object, 'locked-until', PurgeReason.locked, { found, dueAtMs: isForever ? null : untilMs });
}

/** Stores the intent, and reads the rows again. @throws PurgeError `fenced-out`, `conflict` */
async function intend(context: StepContext, { object }: Evidence): Promise<Intent> {
  const { lease, ports } = context;
  await ports.rows.commit(lease, changesOf([move(object, 'deleting', null)]));
  const record = await ports.rows.load(lease);
  const again = record.objects.find(({ objectId }) => objectId === object.objectId);
  return { context: { ...context, record }, object: again ?? object };
}

async function send({ context: before, object }: Intent): Promise<StepOutcome> {
  const { ports, lease } = before;
  // The report of a device may have come between.
  if (object.state !== 'deleting') return { did: 'settled', changes: changesOf([]) };
  const connector = ports.connector(object.found.provider);
  if (connector === undefined) {
    return putOff(before, object, new ConnectorError('endpoint-refused', 'this deployment has no such connector'));
  }
  const proof =
    object.sha256 === null || object.proofId === null
      ? undefined
      : await ports.proofs.find(lease.accountId, object.sha256, object.found.sizeBytes);
  // Read last of all: a stop works up to the delete itself.
  const context = { ...before, standing: await ports.accounts.standing(lease.accountId) };
  const refused = refuse(context, { object, proof });
  if (refused !== undefined) return { did: 'settled', changes: changesOf([refused]) };
  const { version, etag } = object.found;
  try {
    const outcome = await connector.delete(object.found, { version, etag, sha256: object.sha256 });
    return conclude(context, object, proof, outcome);
  } catch (error) {
    return putOff(context, object, error);
  }
}

function conclude(
  context: StepContext,
  object: PurgeObject,
  proof: AcceptedProof | undefined,
  outcome: DeleteOutcome,
): StepOutcome {
  if (outcome.outcome === 'changed') return outOfDate(context, object);
  if (outcome.outcome === 'locked') return { did: 'settled', changes: changesOf([locked(object, outcome.untilMs)]) };
  const nowMs = context.ports.clock.nowMs();
  const requestId = outcome.requestId.slice(0, 256);
  if (outcome.outcome === 'absent') {
    const after = foundGone(context, object, requestId);
    // It may lie under another name: a delete on a disk renames first. So look at everything again.
    const job = { ...context.record.job, scannedAtMs: null };
    return { did: 'deleted', changes: changesOf([after], { events: [deletedEvent(after, nowMs)], job }) };
  }
  const deletion = { outcome: 'deleted', atMs: nowMs, requestId, proofHash: proof?.proofHash ?? null } as const;
  const patch = { deletion, dueAtMs: null, firstAbsentAtMs: null, attempts: 0, nextAttemptAtMs: null };
  const after = move(object, 'verifying-absence', null, patch);
  return { did: 'deleted', changes: changesOf([after], { events: [deletedEvent(after, nowMs)] }) };
}

function deletedEvent({ objectId, found, sha256, deletion }: PurgeObject, atMs: number): PurgeEvent {
  const details: Record<string, CborValue> = {
    objectId,
    provider: found.provider,
    version: found.version,
    kind: found.kind,
    outcome: deletion?.outcome ?? null,
    sha256,
    proofHash: deletion?.proofHash ?? null,
  };
  return { kind: 'plaintext-deleted', atMs, details };
}

function spent({ bytesHashed, bytesFetched }: Evidence): Pick<StepOutcome, 'bytesHashed' | 'bytesFetched'> {
  return { bytesHashed, bytesFetched };
}
