import {
  bucketOf,
  purgeStates,
  type PurgeBucket,
  type PurgeMandate,
  type PurgeObject,
  type PurgeState,
} from '@coffer/purge';
import type { Database, Queryable } from '../database';
import { instantMs, statement } from '../statement';
import { purgeMandates } from './purge-mandates';
import { decodePurgeJob, decodePurgeObject } from './purge-record';

/** How many objects, and how many bytes of them. */
export interface PurgeSum {
  readonly objects: number;
  readonly bytes: number;
}

/** Everything about an account's purge but its objects. */
export interface PurgeView {
  readonly mandate: PurgeMandate;
  /** Null before the worker looked for the first time. */
  readonly round: {
    readonly purgeId: string;
    readonly startedAtMs: number | null;
    readonly scannedAtMs: number | null;
    /** The start after which the worker listed last. */
    readonly scannedForStartMs: number | null;
  } | null;
  readonly counts: Readonly<Record<PurgeBucket, PurgeSum>>;
  /** When the next waiting object is due; null where none has a date. */
  readonly dueAtMs: number | null;
  /** Objects that are gone and in no certificate yet. */
  readonly uncertified: number;
  /** Objects that the worker has set aside because of a stop. */
  readonly stopped: number;
  /** What most of the waiting objects wait for. */
  readonly reason: string | null;
  readonly certificateIds: readonly string[];
}

/** One deletion certificate, without its note. */
export interface CertificateRow {
  readonly certificateId: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly objects: number;
  readonly bytes: number;
  readonly eventNumber: number;
}

/** What a certificate file is made of beside the tree. */
export interface CertificateParts {
  readonly note: string;
  readonly names: readonly string[];
  readonly event: Uint8Array;
  readonly salt: Uint8Array;
  /** Null until the sequencer took the event in. */
  readonly leafIndex: number | null;
}

/** What the vault reads of a purge, for the person whose it is. */
export interface PurgeReader {
  view(accountId: string): Promise<PurgeView>;
  /** Objects in the order of their ids, those after `after` only. */
  objects(
    accountId: string,
    page: { readonly after: string | null; readonly bucket: PurgeBucket | null; readonly limit: number },
  ): Promise<readonly PurgeObject[]>;
  /** Those of the given ids that the account has. */
  find(queryable: Queryable, accountId: string, objectIds: readonly string[]): Promise<readonly PurgeObject[]>;
  certificates(accountId: string): Promise<readonly CertificateRow[]>;
  certificate(accountId: string, certificateId: string): Promise<CertificateParts | undefined>;
}

const readRound = statement(
  'purge_view_round',
  'SELECT purge_id AS "purgeId", record FROM purge_rounds WHERE account_id = $1',
);

const readSums = statement(
  'purge_view_sums',
  `SELECT state, reason, count(*)::int AS objects, sum(size_bytes)::bigint AS bytes, ${instantMs('min(due_at)')} AS "dueAtMs",
     count(*) FILTER (WHERE certificate_id IS NULL)::int AS uncertified
   FROM purge_objects WHERE account_id = $1 GROUP BY state, reason`,
);

const readPage = statement(
  'purge_page',
  `SELECT record FROM purge_objects WHERE account_id = $1 AND ($2::uuid IS NULL OR object_id > $2::uuid)
     AND ($3::text IS NULL OR bucket = $3) ORDER BY object_id LIMIT $4`,
);

const findObjects = statement(
  'purge_find_objects',
  'SELECT record FROM purge_objects WHERE account_id = $1 AND object_id = ANY($2::uuid[]) ORDER BY object_id',
);

const listCertificates = statement(
  'purge_list_certificates',
  `SELECT certificate_id AS "certificateId", ${instantMs('started_at')} AS "startedAtMs",
     ${instantMs('finished_at')} AS "finishedAtMs", objects, bytes, event_number AS "eventNumber"
   FROM purge_certificates WHERE account_id = $1 ORDER BY event_number`,
);

const readCertificate = statement(
  'purge_read_certificate',
  `SELECT c.note, c.names, e.event, e.salt, l.leaf_index AS "leafIndex"
   FROM purge_certificates c JOIN ledger_events e ON e.account_id = c.account_id AND e.number = c.event_number
     LEFT JOIN ledger_leaves l ON l.account_id = c.account_id AND l.number = c.event_number
   WHERE c.account_id = $1 AND c.certificate_id = $2`,
);

interface SumRow {
  readonly state: PurgeState;
  readonly reason: string | null;
  readonly objects: number;
  readonly bytes: number;
  readonly dueAtMs: number | null;
  readonly uncertified: number;
}

/** @see PurgeReader */
export function purgeReader(database: Database): PurgeReader {
  const decoded = (rows: readonly { readonly record: Uint8Array }[]): readonly PurgeObject[] =>
    rows.map(({ record }) => decodePurgeObject(record));
  return {
    view: (accountId) => readView(database, accountId),
    objects: async (accountId, { after, bucket, limit }) =>
      decoded(await database.rows(readPage, [accountId, after, bucket, limit])),
    find: async (queryable, accountId, objectIds) => decoded(await queryable.rows(findObjects, [accountId, objectIds])),
    certificates: (accountId) => database.rows<CertificateRow>(listCertificates, [accountId]),
    certificate: async (accountId, certificateId) =>
      (await database.rows<CertificateParts>(readCertificate, [accountId, certificateId]))[0],
  };
}

async function readView(database: Database, accountId: string): Promise<PurgeView> {
  const mandate = await purgeMandates.read(database, accountId);
  const [round] = await database.rows<{ purgeId: string; record: Uint8Array }>(readRound, [accountId]);
  const sums = await database.rows<SumRow>(readSums, [accountId]);
  const certificates = await database.rows<CertificateRow>(listCertificates, [accountId]);
  const waiting = sums.filter(({ state }) => bucketOf(state) === 'waiting');
  const dueTimes = waiting.flatMap(({ dueAtMs }) => (dueAtMs === null ? [] : [dueAtMs]));
  return {
    mandate,
    round: round === undefined ? null : toRound(round),
    counts: {
      waiting: sumOf(sums, 'waiting'),
      kept: sumOf(sums, 'kept'),
      failed: sumOf(sums, 'failed'),
      done: sumOf(sums, 'done'),
    },
    dueAtMs: dueTimes.length === 0 ? null : Math.min(...dueTimes),
    uncertified: sums.filter(({ state }) => state === 'purged').reduce((sum, row) => sum + row.uncertified, 0),
    stopped: sums.filter(({ state }) => state === 'stopped').reduce((sum, row) => sum + row.objects, 0),
    reason: mostCommon(waiting),
    certificateIds: certificates.map(({ certificateId }) => certificateId),
  };
}

function toRound({ purgeId, record }: { readonly purgeId: string; readonly record: Uint8Array }): PurgeView['round'] {
  const { startedAtMs, scannedAtMs, scannedForStartMs } = decodePurgeJob(record);
  return { purgeId, startedAtMs, scannedAtMs, scannedForStartMs };
}

function sumOf(rows: readonly SumRow[], bucket: PurgeBucket): PurgeSum {
  const inBucket = rows.filter(({ state }) => purgeStates.includes(state) && bucketOf(state) === bucket);
  return inBucket.reduce((sum, row) => ({ objects: sum.objects + row.objects, bytes: sum.bytes + row.bytes }), {
    objects: 0,
    bytes: 0,
  });
}

function mostCommon(waiting: readonly SumRow[]): string | null {
  const byReason = new Map<string, number>();
  for (const { reason, objects } of waiting) {
    if (reason !== null) byReason.set(reason, (byReason.get(reason) ?? 0) + objects);
  }
  const [first] = [...byReason].sort(([, left], [, right]) => right - left);
  return first?.[0] ?? null;
}
