import type { PurgeChanges, PurgeLease, PurgeNotice, PurgePorts, PurgeRecord } from '../ports';
import type { AccountStanding, PurgeJob, PurgeLocation } from '../purge-job';
import type { PurgeObject } from '../purge-object';
import type { PurgeSettings } from '../settings';

/** What a step may have done. */
export type PurgeStepName =
  | 'scanned'
  | 'settled'
  | 'hashed'
  | 'proved'
  | 'deleted'
  | 'looked'
  | 'certified'
  /** A provider or a store did not do its part; the try was counted, and there is a time for the next. */
  | 'put-off'
  /** There is nothing to do now. */
  | 'idle';

/** What every step works on. */
export interface StepContext {
  readonly lease: PurgeLease;
  readonly ports: PurgePorts;
  readonly settings: PurgeSettings;
  readonly record: PurgeRecord;
  readonly standing: AccountStanding;
  /** The instant at which the step began. */
  readonly nowMs: number;
  readonly locations: readonly PurgeLocation[];
}

/** What a step found out, and what is to be stored. */
export interface StepOutcome {
  readonly did: PurgeStepName;
  readonly changes: PurgeChanges;
  /** Plaintext bytes that were streamed through a hash. */
  readonly bytesHashed?: number;
  /** Ciphertext bytes that were fetched and compared. */
  readonly bytesFetched?: number;
}

/** One kind of work. @returns undefined where there is none of it now */
export type Step = (context: StepContext) => Promise<StepOutcome | undefined>;

/** Changes with what most steps leave out. */
export function changesOf(
  objects: readonly PurgeObject[],
  more: {
    readonly job?: PurgeJob;
    readonly notices?: readonly PurgeNotice[];
    readonly events?: PurgeChanges['events'];
  } = {},
): PurgeChanges {
  return {
    objects,
    events: more.events ?? [],
    notices: more.notices ?? [],
    ...(more.job === undefined ? {} : { job: more.job }),
  };
}

/** Whether a failed try lets the object be worked on again. */
export function isDue(object: PurgeObject, nowMs: number): boolean {
  return object.nextAttemptAtMs === null || object.nextAttemptAtMs <= nowMs;
}
