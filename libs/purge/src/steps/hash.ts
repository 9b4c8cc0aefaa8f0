import { ConnectorError } from '../errors';
import { CopyKind, holdsBackup } from '../found-object';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { move, startAgain } from '../transition';
import { foundGone } from './already-gone';
import { putOff } from './put-off';
import { changesOf, isDue, type StepContext, type StepOutcome } from './step-context';

/** Streams one object that has no hash yet: what is discovered, and what is quarantined (a release must name its hash). */
export async function hashOne(context: StepContext): Promise<StepOutcome | undefined> {
  const object = context.record.objects.find((candidate) => needsHash(candidate, context));
  if (object === undefined) return undefined;
  try {
    const { sha256, sizeBytes } = await hashNow(context, object);
    if (sizeBytes !== object.found.sizeBytes) return outOfDate(context, object);
    const patch = {
      ...{ sha256, hashedAtMs: context.nowMs, attempts: 0, nextAttemptAtMs: null },
      ...(object.report?.version === object.found.version ? { report: { ...object.report, sha256 } } : {}),
    };
    const after =
      object.state === 'quarantined'
        ? move(object, 'quarantined', object.reason, patch)
        : move(object, 'waiting-for-backup', null, patch);
    return { did: 'hashed', changes: changesOf([after]), bytesHashed: sizeBytes };
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'absent') {
      return { did: 'settled', changes: changesOf([foundGone(context, object, '')]) };
    }
    if (error instanceof ConnectorError && error.code === 'changed') return outOfDate(context, object);
    return putOff(context, object, error);
  }
}

function needsHash(object: PurgeObject, { nowMs }: StepContext): boolean {
  const isWaiting = object.state === 'discovered' || object.state === 'quarantined';
  const { kind } = object.found;
  return isWaiting && object.sha256 === null && holdsBackup(kind) && kind !== CopyKind.replica && isDue(object, nowMs);
}

/** The worker's own hash of exactly the version that the row names. @throws ConnectorError */
export async function hashNow(
  context: StepContext,
  { found }: PurgeObject,
): Promise<{ sha256: Uint8Array; sizeBytes: number }> {
  const connector = context.ports.connector(found.provider);
  if (connector === undefined) {
    throw new ConnectorError('endpoint-refused', 'this deployment has no connector of that name', {
      fields: { provider: found.provider },
    });
  }
  return connector.sha256(found);
}

/** Another version is there: round again, after a new listing, and with a pause that grows while it goes on changing. */
export function outOfDate(context: StepContext, object: PurgeObject): StepOutcome {
  const attempts = object.attempts + 1;
  const pauseMs = Math.min(
    context.settings.backOffMaxMs,
    context.settings.backOffMs * (2 ** Math.min(attempts, 20) - 2),
  );
  const again = startAgain(object, 'discovered', PurgeReason.versionChanged);
  const job = { ...context.record.job, scannedAtMs: null };
  const patch = { attempts, nextAttemptAtMs: pauseMs === 0 ? null : context.nowMs + pauseMs };
  return { did: 'settled', changes: changesOf([{ ...again, ...patch }], { job }) };
}
