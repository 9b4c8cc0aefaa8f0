import { z } from 'zod';
import { count, cursorText, hashText, instantText, uuidText, wordText } from './text-forms';

/** Buckets of the purge: found = their sum. */
export const purgeBuckets = ['waiting', 'kept', 'failed', 'done'] as const;

/** @see purgeBuckets */
export type PurgeBucket = (typeof purgeBuckets)[number];

/** Every state of a found object, and the bucket that it is counted in. */
export const purgeStateBuckets = {
  discovered: 'waiting',
  'waiting-for-backup': 'waiting',
  'backed-up': 'waiting',
  proven: 'waiting',
  grace: 'waiting',
  deleting: 'waiting',
  'verifying-absence': 'waiting',
  'needs-consent': 'waiting',
  'needs-auth': 'waiting',
  'locked-until': 'waiting',
  reappeared: 'waiting',
  stopped: 'kept',
  'retained-elsewhere': 'kept',
  quarantined: 'kept',
  failed: 'failed',
  purged: 'done',
} as const satisfies Readonly<Record<string, PurgeBucket>>;

/** @see purgeStateBuckets */
export type PurgeState = keyof typeof purgeStateBuckets;

/** All states, in the order of the funnel. */
export const purgeStates = Object.keys(purgeStateBuckets) as [PurgeState, ...PurgeState[]];

/** What a found object is to its provider. */
export const purgeObjectKinds = [
  'current',
  'old-version',
  'revision',
  'trash',
  'rotated',
  'temporary',
  'replica',
  'delete-marker',
  'multipart',
] as const;

/** @see purgeObjectKinds */
export type PurgeObjectKind = (typeof purgeObjectKinds)[number];

/** Where plaintext backups are looked for. */
export const purgeProviders = ['disk', 's3', 'drive', 'icloud', 'webdav'] as const;

/** @see purgeProviders */
export type PurgeProvider = (typeof purgeProviders)[number];

/** One found copy of a plaintext backup: each version, revision and trash copy is one of its own. */
export const purgeObject = z
  .strictObject({
    objectId: uuidText,
    provider: z.enum(purgeProviders),
    location: z.string(),
    path: z.string(),
    name: z.string(),
    /** Version, revision or ETag as the provider names it; null where it has none. */
    version: z.string().nullable(),
    kind: z.enum(purgeObjectKinds),
    sizeBytes: count,
    modifiedAt: instantText,
    /** Null until the worker or the device hashed it. */
    sha256: hashText.nullable(),
    state: z.enum(purgeStates),
    bucket: z.enum(purgeBuckets),
    reason: wordText.nullable(),
    dueAt: instantText.nullable(),
  })
  .meta({ id: 'PurgeObject' });

/** @see purgeObject */
export type PurgeObject = z.infer<typeof purgeObject>;

/** Query of `GET /v1/purge/objects`. */
export const purgeObjectsQuery = z.strictObject({
  cursor: cursorText.optional(),
  bucket: z.enum(purgeBuckets).optional(),
});

/** Answer to it. */
export const purgeObjectList = z
  .strictObject({ objects: z.array(purgeObject), nextCursor: cursorText.nullable() })
  .meta({ id: 'PurgeObjectList' });

/** @see purgeObjectList */
export type PurgeObjectList = z.infer<typeof purgeObjectList>;

/** Whether the account's purge has been asked for and goes on. */
export const purgeJobStates = ['not-started', 'running', 'stopped', 'finished'] as const;

/** @see purgeJobStates */
export type PurgeJobState = (typeof purgeJobStates)[number];

/** Objects and bytes of one bucket. */
export const bucketCounts = z.strictObject({ objects: count, bytes: count }).meta({ id: 'BucketCounts' });

/** Counts of every bucket; found = their sum. */
export const purgeCounts = z
  .strictObject({ waiting: bucketCounts, kept: bucketCounts, failed: bucketCounts, done: bucketCounts })
  .meta({ id: 'PurgeCounts' });

/** @see purgeCounts */
export type PurgeCounts = z.infer<typeof purgeCounts>;

/** The account's purge. */
export const purgeJob = z
  .strictObject({
    /** Null before the first start. */
    purgeId: uuidText.nullable(),
    state: z.enum(purgeJobStates),
    /** When the next object becomes due for deletion. */
    dueAt: instantText.nullable(),
    consentAt: instantText.nullable(),
    graceSeconds: count.nullable(),
    startedAt: instantText.nullable(),
    stoppedAt: instantText.nullable(),
    /** Why it does not go on, where it does not. */
    reason: wordText.nullable(),
    found: bucketCounts,
    counts: purgeCounts,
    certificates: z.array(uuidText),
  })
  .meta({ id: 'PurgeJob' });

/** @see purgeJob */
export type PurgeJob = z.infer<typeof purgeJob>;

/** One deletion certificate in the list. */
export const certificateEntry = z
  .strictObject({
    certificateId: uuidText,
    purgeId: uuidText,
    startedAt: instantText,
    finishedAt: instantText,
    objects: count,
    bytes: count,
    eventNumber: count,
  })
  .meta({ id: 'CertificateEntry' });

/** Answer of `GET /v1/purge/certificates`. */
export const certificateList = z
  .strictObject({ certificates: z.array(certificateEntry) })
  .meta({ id: 'CertificateList' });

/** @see certificateList */
export type CertificateList = z.infer<typeof certificateList>;
