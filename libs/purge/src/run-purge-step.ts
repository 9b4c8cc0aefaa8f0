import { checkConservation, type BucketCounts } from './conservation';
import type { PurgeLease, PurgePorts, PurgeRecord } from './ports';
import type { PurgeJob, PurgeLocation } from './purge-job';
import { CopyKind, holdsBackup } from './found-object';
import { defaultPurgeSettings, type PurgeSettings } from './settings';
import { certificateListings } from './steps/certificate-listings';
import { certify } from './steps/certify';
import { deleteOne } from './steps/delete';
import { hashOne } from './steps/hash';
import { look } from './steps/look';
import { proveAll } from './steps/prove';
import { nextScanAtMs, scan } from './steps/scan';
import { settle } from './steps/settle';
import type { Step, StepContext, PurgeStepName } from './steps/step-context';

/** How an account is worked on. */
export interface PurgeStepOptions {
  readonly settings?: PurgeSettings;
  /** Where this account's plaintext backups may lie now; those of the job where absent. */
  readonly locations?: readonly PurgeLocation[];
}

/** What one step did, and when to come back. */
export interface PurgeStepResult {
  readonly did: PurgeStepName;
  /**
   * When there is more to do: now or earlier for at once, an instant to wait for, or null where only the person or a year's end
   * brings something new.
   */
  readonly nextAtMs: number | null;
  /** Plaintext bytes that were streamed through a hash. */
  readonly bytesHashed: number;
  /** Ciphertext bytes that were fetched and compared. */
  readonly bytesFetched: number;
  /** As they were before this step; their sum is the number of copies ever found. */
  readonly buckets: BucketCounts;
}

/** The order is that of a purge: see, know, prove, and only then delete, look twice and certify. */
const steps: readonly Step[] = [scan, settle, hashOne, proveAll, deleteOne, look, certify];

/** The record of an account's first round, for whoever stores it. */
export function firstRound(accountId: string, purgeId: string, locations: readonly PurgeLocation[]): PurgeJob {
  return {
    purgeId,
    accountId,
    locations,
    startedAtMs: null,
    scannedAtMs: null,
    scannedForStartMs: null,
    nextScanAtMs: null,
    attempts: 0,
    rescanUntilMs: null,
    listings: [],
  };
}

/**
 * Does the next piece of work of an account's purge, and stores it: one listing, one object hashed, one object deleted. Every step
 * may be repeated, interrupted anywhere and begun again; in doubt the plaintext stays.
 *
 * @param lease - the caller's; whatever is written is refused once it is not the newest
 * @throws PurgeError `fenced-out`, `conflict` (run it again), or the error of a port that is not the provider's or a store's
 */
export async function runPurgeStep(
  lease: PurgeLease,
  ports: PurgePorts,
  options: PurgeStepOptions = {},
): Promise<PurgeStepResult> {
  const record = await ports.rows.load(lease);
  const context: StepContext = {
    lease,
    ports,
    settings: options.settings ?? defaultPurgeSettings,
    record,
    standing: await ports.accounts.standing(lease.accountId),
    nowMs: ports.clock.nowMs(),
    locations: options.locations ?? record.job.locations,
  };
  const buckets = checkConservation(record.objects);
  for (const step of steps) {
    const outcome = await step(context);
    if (outcome === undefined) continue;
    await ports.rows.commit(lease, outcome.changes);
    const { did, bytesHashed = 0, bytesFetched = 0 } = outcome;
    return { did, nextAtMs: context.nowMs, bytesHashed, bytesFetched, buckets };
  }
  return { did: 'idle', nextAtMs: nextInstant(context), bytesHashed: 0, bytesFetched: 0, buckets };
}

/** The earliest instant at which any step finds work without anybody's doing. */
function nextInstant(context: StepContext): number | null {
  const { record, settings, nowMs } = context;
  const instants = [nextScanAtMs(record.job, context), lookInstant(context), ...objectInstants(record, settings)];
  const future = instants.filter((instant): instant is number => instant !== undefined && instant > nowMs);
  return future.length === 0 ? null : Math.min(...future);
}

function lookInstant(context: StepContext): number | undefined {
  const { lookAt, fromMs } = certificateListings(context);
  return lookAt === undefined ? undefined : fromMs;
}

function objectInstants({ objects }: PurgeRecord, settings: PurgeSettings): readonly number[] {
  return objects.flatMap(({ found, state, dueAtMs, firstAbsentAtMs, nextAttemptAtMs }) => {
    const instants: number[] = [];
    if (nextAttemptAtMs !== null) instants.push(nextAttemptAtMs);
    if (dueAtMs !== null && (state === 'grace' || state === 'locked-until')) instants.push(dueAtMs);
    if (firstAbsentAtMs !== null && state === 'verifying-absence')
      instants.push(firstAbsentAtMs + settings.listingGapMs);
    const isUpload = found.kind === CopyKind.multipart && !holdsBackup(found.kind) && state === 'waiting-for-backup';
    if (isUpload) instants.push(found.modifiedMs + settings.multipartMinAgeMs);
    return instants;
  });
}
