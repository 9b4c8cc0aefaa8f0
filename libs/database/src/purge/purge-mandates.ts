import type { SignedStatement } from '@coffer/evidence';
import type { PurgeMandate } from '@coffer/purge';
import type { Queryable } from '../database';
import { fromMs, instantMs, statement } from '../statement';

/** An owner-signed start or resume, verified. */
export interface MandateToGive {
  /** When consent was given in a fresh login; null keeps what is stored. */
  readonly consentAtMs: number | null;
  readonly atMs: number;
  readonly ownerGeneration: number;
  readonly graceSeconds: number | null;
  readonly signed: SignedStatement;
}

/** What the person agreed to, written by the vault and read by the worker before every delete. */
export interface PurgeMandates {
  read(queryable: Queryable, accountId: string): Promise<PurgeMandate>;
  /** Starts or resumes; ends a stop. */
  give(transaction: Queryable, accountId: string, mandate: MandateToGive): Promise<void>;
  /** @returns whether this stopped it; false where it was stopped before */
  stop(transaction: Queryable, accountId: string, atMs: number): Promise<boolean>;
}

const readMandate = statement(
  'purge_read_mandate',
  `SELECT ${instantMs('consent_at')} AS "consentAtMs", ${instantMs('start_at')} AS "startAtMs",
     start_generation AS "startGeneration", grace_seconds AS "graceSeconds", ${instantMs('stopped_at')} AS "stoppedAtMs"
   FROM purge_mandates WHERE account_id = $1`,
);

const giveMandate = statement(
  'purge_give_mandate',
  `INSERT INTO purge_mandates (account_id, consent_at, start_at, start_generation, grace_seconds, statement, signature, body)
   VALUES ($1, ${fromMs('$2')}, ${fromMs('$3')}, $4, $5, $6, $7, $8)
   ON CONFLICT (account_id) DO UPDATE
     SET consent_at = COALESCE(excluded.consent_at, purge_mandates.consent_at), start_at = excluded.start_at,
       start_generation = excluded.start_generation, grace_seconds = excluded.grace_seconds, stopped_at = NULL,
       statement = excluded.statement, signature = excluded.signature, body = excluded.body`,
);

const stopMandate = statement(
  'purge_stop_mandate',
  `INSERT INTO purge_mandates (account_id, stopped_at) VALUES ($1, ${fromMs('$2')})
   ON CONFLICT (account_id) DO UPDATE SET stopped_at = excluded.stopped_at WHERE purge_mandates.stopped_at IS NULL`,
);

interface MandateRow {
  readonly consentAtMs: number | null;
  readonly startAtMs: number | null;
  readonly startGeneration: number | null;
  readonly graceSeconds: number | null;
  readonly stoppedAtMs: number | null;
}

const noMandate: PurgeMandate = { consentAtMs: null, start: null, stoppedAtMs: null };

/** @see PurgeMandates */
export const purgeMandates: PurgeMandates = {
  read: async (queryable, accountId) => {
    const [row] = await queryable.rows<MandateRow>(readMandate, [accountId]);
    return row === undefined ? noMandate : toMandate(row);
  },
  give: async (transaction, accountId, { consentAtMs, atMs, ownerGeneration, graceSeconds, signed }) => {
    const { statement: bytes, signature, body } = signed;
    const values = [accountId, consentAtMs, atMs, ownerGeneration, graceSeconds, bytes, signature, body];
    await transaction.change(giveMandate, values);
  },
  stop: async (transaction, accountId, atMs) => (await transaction.change(stopMandate, [accountId, atMs])) === 1,
};

/** The mandate that columns of `purge_mandates` say. */
export function toMandate(row: MandateRow): PurgeMandate {
  const { consentAtMs, startAtMs, startGeneration, graceSeconds, stoppedAtMs } = row;
  const isStarted = startAtMs !== null && startGeneration !== null;
  return {
    consentAtMs,
    start: isStarted ? { atMs: startAtMs, ownerGeneration: startGeneration, graceSeconds } : null,
    stoppedAtMs,
  };
}
