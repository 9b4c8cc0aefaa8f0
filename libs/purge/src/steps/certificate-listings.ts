import type { PurgeListing, PurgeLocation } from '../purge-job';
import type { PurgeObject } from '../purge-object';
import type { StepContext } from './step-context';

/** The listings that a certificate can rest on, or where to look once more for want of them. */
export interface CertificateListings {
  /** The last two of every location; only complete where `lookAt` is undefined. */
  readonly listings: readonly PurgeListing[];
  readonly lookAt: PurgeLocation | undefined;
  /** Not before this instant. */
  readonly fromMs: number;
}

/** States of objects that will soon be purged, or be kept for good: a certificate waits for them, but not through every outage. */
const onTheirWay = ['discovered', 'backed-up', 'proven', 'grace', 'deleting', 'verifying-absence', 'reappeared'];

/** Purged objects that no certificate names, where nothing is on its way any more; else none. */
export function certifiable(context: Pick<StepContext, 'record' | 'settings'>): readonly PurgeObject[] {
  const { objects } = context.record;
  const isOnItsWay = ({ state, attempts }: PurgeObject): boolean =>
    onTheirWay.includes(state) && attempts < context.settings.attemptLimit;
  if (objects.some(isOnItsWay)) return [];
  return objects.filter(({ state, certificateId }) => state === 'purged' && certificateId === null);
}

/**
 * Every location of a certificate needs two listings, apart by the gap, after the last delete at its provider, that show no more than
 * what is known to stay.
 */
export function certificateListings(context: StepContext): CertificateListings {
  const { record } = context;
  const listings: PurgeListing[] = [];
  const places = certifiable(context).map(({ found: { provider, location } }) => ({ provider, location }));
  for (const place of new Map(places.map((at) => [JSON.stringify(at), at])).values()) {
    const goneAtMs = lastDeleteMs(record.objects, place.provider);
    const later = record.job.listings.filter((line) => isSamePlace(line, place) && line.atMs >= goneAtMs);
    const pair = lastPair(later, stayingAt(record.objects, place), context);
    if (pair === undefined) {
      return { listings, lookAt: place, fromMs: Math.max(nextLookMs(later, context), record.job.nextScanAtMs ?? 0) };
    }
    listings.push(...pair);
  }
  return { listings, lookAt: undefined, fromMs: 0 };
}

function lastPair(
  lines: readonly PurgeListing[],
  staying: number,
  { settings }: StepContext,
): readonly [PurgeListing, PurgeListing] | undefined {
  const clean = lines.filter(({ found }) => found <= staying);
  const last = clean.at(-1);
  if (last === undefined) return undefined;
  const first = clean.findLast((line) => line !== last && line.atMs + settings.listingGapMs <= last.atMs);
  return first === undefined ? undefined : [first, last];
}

/** At once after the deletes; then in the rhythm of the gap, and never in a tight loop where a listing goes on showing more. */
function nextLookMs(lines: readonly PurgeListing[], { settings }: StepContext): number {
  const last = lines.at(-1);
  if (last === undefined) return 0;
  return last.atMs + (lines.length < 2 ? settings.listingGapMs : Math.max(settings.listingGapMs, settings.backOffMs));
}

function stayingAt(objects: readonly PurgeObject[], place: PurgeLocation): number {
  return objects.filter(({ state, found }) => state !== 'purged' && isSamePlace(found, place)).length;
}

function isSamePlace(left: PurgeLocation, right: PurgeLocation): boolean {
  return left.provider === right.provider && left.location === right.location;
}

function lastDeleteMs(objects: readonly PurgeObject[], provider: string): number {
  return objects
    .filter(({ found }) => found.provider === provider)
    .reduce((latest, { deletion }) => Math.max(latest, deletion?.atMs ?? 0), 0);
}
