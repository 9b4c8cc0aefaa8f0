const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The waiting times of a deployment. What is shorter than the defaults is for demo and test deployments, and claims say so. */
export interface PurgeSettings {
  /** Between the moment that everything holds and the delete. */
  readonly graceMs: number;
  /** The same while the owner key is younger than `youngKeyMs`. */
  readonly youngKeyGraceMs: number;
  readonly youngKeyMs: number;
  /** Least time between the two listings that must not show an object. */
  readonly listingGapMs: number;
  /** A hash, of plaintext or ciphertext, that is older is made again before a delete. */
  readonly hashMaxAgeMs: number;
  /** Parts of an upload are left alone until they are so old: it may still be running. */
  readonly multipartMinAgeMs: number;
  /** Between two looks for plaintext backups that came back, or came late. */
  readonly rescanEveryMs: number;
  /** How long after the last find the looking goes on. */
  readonly rescanForMs: number;
  /** First wait after a failed try; doubles with each. */
  readonly backOffMs: number;
  /** Longest wait after a failed try. */
  readonly backOffMaxMs: number;
  /** Failures in a row, of a kind that waiting does not mend, after which an object is `failed`. */
  readonly attemptLimit: number;
}

/** The waiting times of docs/purge.md. */
export const defaultPurgeSettings: PurgeSettings = {
  graceMs: 72 * hourMs,
  youngKeyGraceMs: 7 * dayMs,
  youngKeyMs: 7 * dayMs,
  listingGapMs: 60_000,
  hashMaxAgeMs: dayMs,
  multipartMinAgeMs: dayMs,
  rescanEveryMs: 7 * dayMs,
  rescanForMs: 365 * dayMs,
  backOffMs: 30_000,
  backOffMaxMs: 6 * hourMs,
  attemptLimit: 5,
};
