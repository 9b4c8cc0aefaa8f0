import { backOffMs } from '../back-off';
import { ConnectorError } from '../errors';
import { copyKey, CopyKind, type FoundObject } from '../found-object';
import type { PurgeNotice } from '../ports';
import type { PurgeJob, PurgeLocation } from '../purge-job';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { discoveredObject, move, startAgain } from '../transition';
import { alreadyGone } from './already-gone';
import { changesOf, isDue, type StepContext, type StepOutcome } from './step-context';

/**
 * Lists every location when it is time: at first, when the person starts or resumes, weekly, and whenever a step saw that the last
 * listing is out of date.
 */
export async function scan(context: StepContext): Promise<StepOutcome | undefined> {
  const { record, nowMs } = context;
  const at = nextScanAtMs(record.job, context);
  if (at === undefined || at > nowMs) return undefined;
  const found: FoundObject[] = [];
  const listed: PurgeLocation[] = [];
  let failure: ConnectorError | undefined;
  for (const location of context.locations) {
    try {
      found.push(...(await inventory(context, location)));
      listed.push(location);
    } catch (error) {
      // One provider that is out of reach keeps no other waiting.
      if (!(error instanceof ConnectorError)) throw error;
      failure ??= error;
    }
  }
  return compare(context, found, listed, failure);
}

/** When the next listing is due; undefined where the year of looking is over. */
export function nextScanAtMs(
  job: PurgeJob,
  context: Pick<StepContext, 'settings' | 'locations' | 'standing'>,
): number | undefined {
  if (context.locations.length === 0) return undefined;
  const putOffUntil = job.nextScanAtMs ?? 0;
  // Compared for being the same, not for being later: the two come from different clocks.
  const isNewStart = startOf(context) !== null && startOf(context) !== job.scannedForStartMs;
  if (job.scannedAtMs === null || isNewStart) return putOffUntil;
  const weekly = job.scannedAtMs + context.settings.rescanEveryMs;
  if (job.rescanUntilMs !== null && weekly > job.rescanUntilMs) return undefined;
  return Math.max(weekly, putOffUntil);
}

function startOf({ standing }: Pick<StepContext, 'standing'>): number | null {
  return standing.mandate.start?.atMs ?? null;
}

async function inventory(context: StepContext, { provider, location }: PurgeLocation): Promise<readonly FoundObject[]> {
  const connector = context.ports.connector(provider);
  if (connector === undefined) {
    throw new ConnectorError('endpoint-refused', 'this deployment has no connector of that name', {
      fields: { provider },
    });
  }
  const found: FoundObject[] = [];
  for await (const object of connector.inventory(location)) found.push(object);
  return found;
}

function compare(
  context: StepContext,
  found: readonly FoundObject[],
  listed: readonly PurgeLocation[],
  failure: ConnectorError | undefined,
): StepOutcome {
  const { record, nowMs } = context;
  const byKey = new Map(record.objects.map((object) => [copyKey(object.found), object]));
  const shown = new Map(found.map((object) => [copyKey(object), object]));
  const changed: PurgeObject[] = [];
  const notices: PurgeNotice[] = failure === undefined ? [] : tellOf(failure, context);
  for (const [key, copy] of shown) {
    const known = byKey.get(key);
    const after = known === undefined ? discoveredObject(context.ports.newId(), copy) : meetAgain(known, copy, context);
    if (after !== known) changed.push(after);
    if (after.state === 'reappeared' && known?.state !== 'reappeared') {
      notices.push({ kind: 'plaintext-reappeared', atMs: nowMs, objectId: after.objectId });
    }
  }
  for (const known of record.objects) {
    if (isListed(known, listed) && !shown.has(copyKey(known.found))) changed.push(...vanish(known));
  }
  const isNews = changed.some(({ state }) => state === 'discovered' || state === 'reappeared');
  const job = failure === undefined ? scanned(context, isNews) : putOffScan(context, failure);
  const did = failure === undefined || changed.length > 0 ? 'scanned' : 'put-off';
  return { did, changes: changesOf(changed, { job, notices }) };
}

function scanned(context: StepContext, isNews: boolean): PurgeJob {
  const { record, nowMs, settings, locations } = context;
  const { job } = record;
  return {
    ...job,
    locations,
    startedAtMs: job.startedAtMs ?? nowMs,
    scannedAtMs: nowMs,
    scannedForStartMs: startOf(context),
    nextScanAtMs: null,
    attempts: 0,
    rescanUntilMs: isNews || job.rescanUntilMs === null ? nowMs + settings.rescanForMs : job.rescanUntilMs,
  };
}

/** Not all locations could be listed: all of them are, when the wait is over. */
function putOffScan(context: StepContext, error: ConnectorError): PurgeJob {
  const { record, nowMs, settings, ports, locations } = context;
  const attempts = record.job.attempts + 1;
  const waitMs =
    error.code === 'needs-auth' ? settings.backOffMaxMs : backOffMs(attempts, error, settings, () => ports.random());
  const startedAtMs = record.job.startedAtMs ?? nowMs;
  return { ...record.job, locations, startedAtMs, attempts, nextScanAtMs: nowMs + waitMs };
}

function tellOf(error: ConnectorError, { record, nowMs }: StepContext): PurgeNotice[] {
  const isNews = error.code === 'needs-auth' && record.job.attempts === 0;
  return isNews ? [{ kind: 'purge-needs-auth', atMs: nowMs, objectId: null }] : [];
}

/** A copy that has a row is listed again. @returns the same row where nothing changed */
function meetAgain(known: PurgeObject, copy: FoundObject, context: StepContext): PurgeObject {
  if (known.state === 'purged') return startAgain(known, 'reappeared', PurgeReason.cameBack, copy);
  if (known.state === 'verifying-absence') {
    // Listings may lag behind a delete; the two looks decide.
    const isOld = copy.version === known.found.version && mayLag(known, context);
    return isOld ? known : startAgain(known, 'reappeared', PurgeReason.cameBack, copy);
  }
  if (copy.version !== known.found.version) return startAgain(known, 'discovered', PurgeReason.versionChanged, copy);
  return isSame(known.found, copy) ? known : { ...known, found: copy };
}

/** Whether a listing may still show what was deleted, or found to be gone, a moment ago. */
export function mayLag(object: PurgeObject, { nowMs, settings }: Pick<StepContext, 'nowMs' | 'settings'>): boolean {
  if (!isDue(object, nowMs)) return true;
  const goneAtMs = object.deletion?.atMs ?? null;
  return goneAtMs !== null && nowMs < goneAtMs + Math.max(settings.listingGapMs, 1);
}

function isSame(left: FoundObject, right: FoundObject): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]) as Set<keyof FoundObject>;
  return [...names].every((name) => left[name] === right[name]);
}

function isListed(object: PurgeObject, locations: readonly PurgeLocation[]): boolean {
  const { provider, location } = object.found;
  return locations.some((place) => place.provider === provider && place.location === location);
}

/** Somebody else removed it, or an interrupted delete of ours did: two looks decide whether it is gone. */
function vanish(object: PurgeObject): readonly PurgeObject[] {
  if (object.state === 'purged' || object.state === 'verifying-absence') return [];
  if (object.found.kind === CopyKind.replica) return [];
  const deletion = alreadyGone('');
  return [
    move(object, 'verifying-absence', PurgeReason.alreadyGone, { deletion, dueAtMs: null, nextAttemptAtMs: null }),
  ];
}
