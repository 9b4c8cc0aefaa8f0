import { z } from 'zod';
import {
  purgeBuckets,
  purgeCounts,
  purgeJobStates,
  purgeObjectKinds,
  purgeProviders,
  purgeStates,
  bucketCounts,
} from './purge';
import { checkpointNote } from './ledger';
import { count, cursorText, instantText, serialNumber, uuidText, wordText } from './text-forms';

/** An account as staff see it: a keyed hash, the same on every page, that leads nobody back to the person. */
export const accountPseudonym = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'pseudonym expected')
  .meta({ id: 'AccountPseudonym' });

/** Spans that vault figures may be asked for. */
export const opsWindows = ['1h', '24h', '7d'] as const;

/** @see opsWindows */
export type OpsWindow = (typeof opsWindows)[number];

/** Query of `GET /v1/ops/vault`; without it 24h. */
export const opsVaultQuery = z.strictObject({ window: z.enum(opsWindows).optional() });

const ratio = z.number().min(0).max(1);
const milliseconds = z.number().min(0);

/** Answer of `GET /v1/ops/vault`. */
export const opsVault = z
  .strictObject({
    at: instantText,
    window: z.enum(opsWindows),
    sealed: z.strictObject({ isSealed: z.boolean(), reason: z.string().nullable(), accounts: count }),
    accounts: z.strictObject({ total: count, owned: count }),
    keyslots: z.strictObject({ digits: count, password: count, passkey: count }),
    /** Since the answering process started; null before the first request. */
    requests: z
      .strictObject({
        perSecond: z.number().min(0),
        errorRatio: ratio,
        p50Ms: milliseconds,
        p95Ms: milliseconds,
        p99Ms: milliseconds,
      })
      .nullable(),
    /** In the window. */
    guesses: z.strictObject({ total: count, proven: count, unproven: count }),
    /** Accounts with at most three guesses left, now. */
    nearLockouts: count,
    /** Accounts without a guess left, now. */
    lockouts: count,
    /** Password keyslots shredded in the window. */
    shreds: count,
    anchor: z.strictObject({
      kind: z.string(),
      lagSeconds: z.number().min(0).nullable(),
      acknowledgedAt: instantText.nullable(),
      treeSize: count,
    }),
    sealing: z.strictObject({
      kind: z.enum(['key-file', 'pkcs11']),
      oldestKeyAt: instantText.nullable(),
      /** Sealing keys that exist. */
      keys: count,
      /** When a restored dump was last opened by the drill. */
      drilledAt: instantText.nullable(),
    }),
    /** Equal steps over the window, oldest first. */
    series: z.array(z.strictObject({ at: instantText, guesses: count, proven: count, shreds: count })),
  })
  .meta({ id: 'OpsVault' });

/** @see opsVault */
export type OpsVault = z.infer<typeof opsVault>;

/** Answer of `GET /v1/ops/purge`. */
export const opsPurge = z
  .strictObject({
    at: instantText,
    found: bucketCounts,
    counts: purgeCounts,
    /** Whether found = sum of the buckets. */
    isConserved: z.boolean(),
    states: z.array(
      z.strictObject({
        state: z.enum(purgeStates),
        objects: count,
        bytes: count,
        oldestDueAt: instantText.nullable(),
        /** Since when its longest-waiting object is in this state. */
        oldestSince: instantText.nullable(),
        /** Overdue, or in this state for longer than the deployment expects. */
        stuck: count,
      }),
    ),
    jobs: z.array(z.strictObject({ state: z.enum(purgeJobStates), accounts: count })),
    providers: z.array(
      z.strictObject({ provider: z.enum(purgeProviders), objects: count, bytes: count, failed: count }),
    ),
    certificates: count,
  })
  .meta({ id: 'OpsPurge' });

/** @see opsPurge */
export type OpsPurge = z.infer<typeof opsPurge>;

/** A found object as staff see it: no location, path, name or hash. */
export const opsPurgeObject = z
  .strictObject({
    objectId: uuidText,
    account: accountPseudonym,
    provider: z.enum(purgeProviders),
    kind: z.enum(purgeObjectKinds),
    sizeBytes: count,
    state: z.enum(purgeStates),
    bucket: z.enum(purgeBuckets),
    reason: wordText.nullable(),
    attempts: count,
    changedAt: instantText,
    dueAt: instantText.nullable(),
  })
  .meta({ id: 'OpsPurgeObject' });

/** @see opsPurgeObject */
export type OpsPurgeObject = z.infer<typeof opsPurgeObject>;

/** Query of `GET /v1/ops/purge/objects`. */
export const opsPurgeObjectsQuery = z.strictObject({
  cursor: cursorText.optional(),
  state: z.enum(purgeStates).optional(),
  bucket: z.enum(purgeBuckets).optional(),
  provider: z.enum(purgeProviders).optional(),
  account: accountPseudonym.optional(),
});

/** Answer to it. */
export const opsPurgeObjectList = z
  .strictObject({ objects: z.array(opsPurgeObject), nextCursor: cursorText.nullable() })
  .meta({ id: 'OpsPurgeObjectList' });

/** @see opsPurgeObjectList */
export type OpsPurgeObjectList = z.infer<typeof opsPurgeObjectList>;

/** Body of `POST /v1/ops/purge/objects/{objectId}/retry`: the reason goes into the ledger. */
export const opsRetry = z.strictObject({ reason: z.string().trim().min(3).max(500) }).meta({ id: 'OpsRetry' });

/** @see opsRetry */
export type OpsRetry = z.infer<typeof opsRetry>;

/** Answer of `GET /v1/ops/jobs`. */
export const opsJobs = z
  .strictObject({
    at: instantText,
    queues: z.array(
      z.strictObject({
        queue: z.string(),
        waiting: count,
        active: count,
        completed: count,
        failed: count,
        oldestWaitingAt: instantText.nullable(),
        lastCompletedAt: instantText.nullable(),
      }),
    ),
    failures: z.array(
      z.strictObject({
        jobId: z.string(),
        queue: z.string(),
        failedAt: instantText,
        attempts: count,
        code: z.string(),
      }),
    ),
  })
  .meta({ id: 'OpsJobs' });

/** @see opsJobs */
export type OpsJobs = z.infer<typeof opsJobs>;

/** Answer of `GET /v1/ops/storage`. */
export const opsStorage = z
  .strictObject({
    at: instantText,
    store: z.strictObject({ kind: z.string(), isReachable: z.boolean() }),
    repositories: count,
    heads: count,
    newestHeadAt: instantText.nullable(),
    /** What lay in the object store when it was last counted; null before the first count. */
    objects: count.nullable(),
    bytes: count.nullable(),
    countedAt: instantText.nullable(),
    pins: count,
    proofs: count,
  })
  .meta({ id: 'OpsStorage' });

/** @see opsStorage */
export type OpsStorage = z.infer<typeof opsStorage>;

/** Query of `GET /v1/ops/ledger`. */
export const opsLedgerQuery = z.strictObject({
  cursor: cursorText.optional(),
  account: accountPseudonym.optional(),
  kind: wordText.optional(),
});

/** An event as staff see it: no details. */
export const opsLedgerEvent = z
  .strictObject({
    account: accountPseudonym,
    number: z.int().min(1),
    kind: wordText,
    at: instantText,
    remaining: count,
    attempt: count,
    nextAt: instantText.nullable(),
    serial: serialNumber,
    leafIndex: count.nullable(),
  })
  .meta({ id: 'OpsLedgerEvent' });

/** @see opsLedgerEvent */
export type OpsLedgerEvent = z.infer<typeof opsLedgerEvent>;

/** Answer of `GET /v1/ops/ledger`, newest first. */
export const opsLedger = z
  .strictObject({
    at: instantText,
    check: z.strictObject({
      /** Whether the last check of chain, tree and anchor found agreement; null before the first. */
      holds: z.boolean().nullable(),
      checkedAt: instantText.nullable(),
      treeSize: count,
      /** Events that the sequencer has not taken in yet. */
      unsequenced: count,
    }),
    checkpoint: checkpointNote.nullable(),
    events: z.array(opsLedgerEvent),
    nextCursor: cursorText.nullable(),
  })
  .meta({ id: 'OpsLedger' });

/** @see opsLedger */
export type OpsLedger = z.infer<typeof opsLedger>;
