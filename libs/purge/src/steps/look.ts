import { ConnectorError } from '../errors';
import { copyKey } from '../found-object';
import type { ConnectorListing, PurgeNotice } from '../ports';
import type { PurgeListing, PurgeLocation } from '../purge-job';
import { PurgeReason, type PurgeObject } from '../purge-object';
import { backOffMs } from '../back-off';
import { move, startAgain } from '../transition';
import { certificateListings } from './certificate-listings';
import { mayLag } from './scan';
import { changesOf, isDue, type StepContext, type StepOutcome } from './step-context';

/** Most listings that a job keeps for its certificate; the oldest go first. */
const keptListings = 500;

/** Lists a location again, for the objects that should be gone from it, or for the certificate. Two looks make `purged`. */
export async function look(context: StepContext): Promise<StepOutcome | undefined> {
  const place = placeToLook(context);
  if (place === undefined) return undefined;
  const connector = context.ports.connector(place.provider);
  const atMs = context.ports.clock.nowMs();
  try {
    if (connector === undefined) throw new ConnectorError('endpoint-refused', 'this deployment has no such connector');
    return conclude(context, place, await connector.listAgain(place.location), atMs);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return failed(context, place, error);
  }
}

/** Objects that a listing now may bring nearer to `purged`. */
function isWaiting(object: PurgeObject, { nowMs, settings }: StepContext): boolean {
  if (object.state !== 'verifying-absence' || !isDue(object, nowMs)) return false;
  return object.firstAbsentAtMs === null || object.firstAbsentAtMs + settings.listingGapMs <= nowMs;
}

function placeToLook(context: StepContext): PurgeLocation | undefined {
  const waiting = context.record.objects.find((object) => isWaiting(object, context));
  if (waiting !== undefined) return { provider: waiting.found.provider, location: waiting.found.location };
  const { lookAt, fromMs } = certificateListings(context);
  return lookAt !== undefined && fromMs <= context.nowMs ? lookAt : undefined;
}

const isAt = (place: PurgeLocation, other: PurgeLocation): boolean =>
  place.provider === other.provider && place.location === other.location;

function conclude(context: StepContext, place: PurgeLocation, listing: ConnectorListing, atMs: number): StepOutcome {
  const { record } = context;
  const shown = new Map(listing.found.map((found) => [copyKey(found), found]));
  const changed: PurgeObject[] = [];
  const notices: PurgeNotice[] = [];
  for (const object of record.objects) {
    if (object.state !== 'verifying-absence' || !isAt(object.found, place)) continue;
    const copy = shown.get(copyKey(object.found));
    if (copy === undefined) changed.push(...absent(object, atMs, context));
    else if (copy.version === object.found.version && mayLag(object, context)) changed.push(later(object, context));
    else {
      changed.push(startAgain(object, 'reappeared', PurgeReason.cameBack, copy));
      notices.push({ kind: 'plaintext-reappeared', atMs, objectId: object.objectId });
    }
  }
  const known = new Set(record.objects.filter(({ state }) => state !== 'purged').map(({ found }) => copyKey(found)));
  const isNews = [...shown.keys()].some((key) => !known.has(key));
  const line: PurgeListing = {
    ...place,
    atMs,
    requestId: listing.requestId.slice(0, 256),
    found: listing.found.length,
  };
  const job = {
    ...record.job,
    startedAtMs: record.job.startedAtMs ?? atMs,
    listings: [...record.job.listings, line].slice(-keptListings),
    ...(isNews ? { scannedAtMs: null } : {}),
  };
  return { did: 'looked', changes: changesOf(changed, { job, notices }) };
}

function absent(object: PurgeObject, atMs: number, { settings }: StepContext): readonly PurgeObject[] {
  const { firstAbsentAtMs } = object;
  if (firstAbsentAtMs === null) {
    return [
      move(object, 'verifying-absence', object.reason, { firstAbsentAtMs: atMs, attempts: 0, nextAttemptAtMs: null }),
    ];
  }
  return firstAbsentAtMs + settings.listingGapMs <= atMs ? [move(object, 'purged', object.reason)] : [];
}

/** Still listed right after the delete: listings lag. One absence before does not count any more. */
function later(object: PurgeObject, { nowMs, settings }: StepContext): PurgeObject {
  const nextAttemptAtMs = nowMs + Math.max(1, Math.min(settings.listingGapMs, settings.backOffMs));
  return move(object, 'verifying-absence', object.reason, { firstAbsentAtMs: null, nextAttemptAtMs });
}

function failed(context: StepContext, place: PurgeLocation, error: ConnectorError): StepOutcome {
  const { record, nowMs, settings, ports } = context;
  const waiting = record.objects.filter((object) => isWaiting(object, context) && isAt(object.found, place));
  const attempts = Math.max(record.job.attempts, ...waiting.map((object) => object.attempts)) + 1;
  const nextAttemptAtMs = nowMs + backOffMs(attempts, error, settings, () => ports.random());
  const changed = waiting.map((object) =>
    move(object, 'verifying-absence', object.reason, { attempts, nextAttemptAtMs }),
  );
  // Without a waiting object it was a look for the certificate, which is put off together with the listings of the job.
  const job = waiting.length > 0 ? {} : { job: { ...record.job, attempts, nextScanAtMs: nextAttemptAtMs } };
  return { did: 'put-off', changes: changesOf(changed, job) };
}
