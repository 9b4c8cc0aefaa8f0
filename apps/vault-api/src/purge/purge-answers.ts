import type { PurgeJob, PurgeJobState, PurgeObject as PurgeObjectAnswer } from '@coffer/contracts';
import type { PurgeSum, PurgeView } from '@coffer/database';
import { toBase64Url, toRfc3339 } from '@coffer/foundation';
import { bucketOf, type PurgeObject } from '@coffer/purge';

/** A found object as the wire has it. */
export function toObjectAnswer({ objectId, found, sha256, state, reason, dueAtMs }: PurgeObject): PurgeObjectAnswer {
  return {
    objectId,
    provider: found.provider as PurgeObjectAnswer['provider'],
    location: found.location,
    path: found.path,
    name: found.name,
    version: found.version === '' ? null : found.version,
    kind: found.kind,
    sizeBytes: found.sizeBytes,
    modifiedAt: toRfc3339(found.modifiedMs),
    sha256: sha256 === null ? null : toBase64Url(sha256),
    state,
    bucket: bucketOf(state),
    reason,
    dueAt: instant(dueAtMs),
  };
}

/** An account's purge as the wire has it: found is the sum of the buckets. */
export function toJobAnswer(view: PurgeView): PurgeJob {
  const { mandate, round, counts } = view;
  const state = jobState(view);
  return {
    purgeId: mandate.start === null ? null : (round?.purgeId ?? null),
    state,
    dueAt: instant(view.dueAtMs),
    consentAt: instant(mandate.consentAtMs),
    graceSeconds: mandate.start?.graceSeconds ?? null,
    startedAt: instant(mandate.start?.atMs ?? null),
    stoppedAt: instant(mandate.stoppedAtMs),
    reason: reasonOf(state, view.reason),
    found: [counts.waiting, counts.kept, counts.failed, counts.done].reduce(add),
    counts: {
      waiting: { ...counts.waiting },
      kept: { ...counts.kept },
      failed: { ...counts.failed },
      done: { ...counts.done },
    },
    certificates: [...view.certificateIds],
  };
}

/** Finished only when the worker has looked since the start, and nothing waits, not even for it to notice a resume. */
function jobState({ mandate, round, counts, uncertified, stopped }: PurgeView): PurgeJobState {
  if (mandate.stoppedAtMs !== null) return 'stopped';
  if (mandate.start === null) return 'not-started';
  const isLookedFor = round?.scannedForStartMs === mandate.start.atMs;
  const isAtRest = counts.waiting.objects + uncertified + stopped === 0;
  return isLookedFor && isAtRest ? 'finished' : 'running';
}

function reasonOf(state: PurgeJobState, waitingFor: string | null): string | null {
  if (state === 'stopped') return 'stopped-by-person';
  if (state === 'not-started') return 'not-started';
  return state === 'running' ? waitingFor : null;
}

function add(left: PurgeSum, right: PurgeSum): PurgeSum {
  return { objects: left.objects + right.objects, bytes: left.bytes + right.bytes };
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : toRfc3339(atMs);
}
