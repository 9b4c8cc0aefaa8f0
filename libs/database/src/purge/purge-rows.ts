import { sha256 } from '@coffer/crypto';
import { toBase64Url, toHex, utf8 } from '@coffer/foundation';
import {
  bucketOf,
  copyKey,
  PurgeError,
  type AcceptedProof,
  type AccountReader,
  type AccountStanding,
  type ProofStore,
  type PurgeChanges,
  type PurgeEvent,
  type PurgeJob,
  type PurgeLease,
  type PurgeNotice,
  type PurgeObject,
  type PurgeRows,
  type ProvenCiphertext,
  type SignedCertificate,
} from '@coffer/purge';
import type { Database, Queryable } from '../database';
import type { SqlValue } from '../statement';
import { toMandate } from './purge-mandates';
import { decodePurgeJob, decodePurgeObject, encodeRecord } from './purge-record';
import * as sql from './purge-statements';

/** What the purge's rows need of the ledger and the feed, inside their own transaction. */
export interface PurgeLedger {
  /** Locks the account's budget row, as every transaction that writes to the ledger begins. */
  open(transaction: Queryable, accountId: string): Promise<PurgeChain>;
}

/** One account's chain and feed in an open transaction. */
export interface PurgeChain {
  /** @returns the event's number */
  append(event: PurgeEvent): Promise<number>;
  notify(notice: PurgeNotice): Promise<void>;
}

/** The purge's ports on PostgreSQL. */
export interface PurgeStore extends PurgeRows, AccountReader, ProofStore {
  /**
   * Takes the lease of an account for so many seconds. `first` is the record of a first round, used where there is none.
   *
   * @returns undefined where another worker holds it
   */
  takeLease(accountId: string, seconds: number, first: PurgeJob): Promise<PurgeLease | undefined>;
  /** Holds a lease for so many seconds from now on. @returns whether it is still the newest */
  renewLease(lease: PurgeLease, seconds: number): Promise<boolean>;
  releaseLease(lease: PurgeLease): Promise<void>;
  /** Whose account it is, as the identity provider names it. */
  identityOf(accountId: string): Promise<{ readonly issuer: string; readonly subject: string } | undefined>;
  /** Claimed accounts that no worker has looked at yet, at most `limit`. */
  unseenAccounts(limit: number): Promise<readonly string[]>;
  /** Claimed accounts in the order of their ids, those after `after` (null: from the first), at most `limit`. */
  claimedAccounts(after: string | null, limit: number): Promise<readonly string[]>;
}

/** @see PurgeStore */
export function purgeStore(database: Database, ledger: PurgeLedger): PurgeStore {
  return {
    takeLease: async (accountId, seconds, first) => {
      const [row] = await database.rows<{ fencingToken: number }>(sql.takeLease, [
        accountId,
        first.purgeId,
        seconds,
        encodeRecord(first),
      ]);
      return row === undefined ? undefined : { accountId, fencingToken: row.fencingToken };
    },
    releaseLease: async (lease) => {
      await database.change(sql.releaseLease, [lease.accountId, lease.fencingToken]);
    },
    renewLease: async (lease, seconds) =>
      (await database.change(sql.renewLease, [lease.accountId, lease.fencingToken, seconds])) === 1,
    identityOf: async (accountId) => (await database.rows<Identity>(sql.findIdentity, [accountId]))[0],
    unseenAccounts: async (limit) => accountIds(await database.rows<AccountId>(sql.unseenAccounts, [limit])),
    claimedAccounts: async (after, limit) =>
      accountIds(await database.rows<AccountId>(sql.claimedAccounts, [after, limit])),
    load: (lease) => loadRecord(database, lease),
    commit: (lease, changes) =>
      database.transaction((transaction) => commitChanges(transaction, ledger, lease, changes)),
    standing: (accountId) => readStanding(database, accountId),
    find: (accountId, hash, sizeBytes) => findProof(database, accountId, hash, sizeBytes),
  };
}

interface AccountId {
  readonly accountId: string;
}

interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

function accountIds(rows: readonly AccountId[]): readonly string[] {
  return rows.map(({ accountId }) => accountId);
}

interface RoundRow {
  readonly fencingToken: number;
  readonly record: Uint8Array;
}

async function loadRecord(database: Database, lease: PurgeLease): ReturnType<PurgeRows['load']> {
  return database.transaction(async (transaction) => {
    const [round] = await transaction.rows<RoundRow>(sql.readRound, [lease.accountId]);
    const { record } = requireNewest(round, lease);
    const rows = await transaction.rows<{ record: Uint8Array }>(sql.readObjects, [lease.accountId]);
    return { job: decodePurgeJob(record), objects: rows.map((row) => decodePurgeObject(row.record)) };
  });
}

function requireNewest(round: RoundRow | undefined, lease: PurgeLease): RoundRow {
  if (round?.fencingToken === lease.fencingToken) return round;
  throw new PurgeError('fenced-out', 'another worker holds this account now; nothing of this write was stored');
}

async function commitChanges(
  transaction: Queryable,
  ledger: PurgeLedger,
  lease: PurgeLease,
  changes: PurgeChanges,
): Promise<void> {
  // The budget row before any other, as everywhere: who writes to the ledger waits here and not half-way.
  const writesLedger = changes.events.length > 0 || changes.notices.length > 0;
  const chain = writesLedger ? await ledger.open(transaction, lease.accountId) : undefined;
  const [round] = await transaction.rows<RoundRow>(sql.lockRound, [lease.accountId]);
  requireNewest(round, lease);
  for (const object of changes.objects) await storeObject(transaction, lease.accountId, object);
  if (changes.job !== undefined) {
    const { purgeId, startedAtMs } = changes.job;
    await transaction.change(sql.storeRound, [lease.accountId, purgeId, encodeRecord(changes.job), startedAtMs]);
  }
  let certificateEvent: number | undefined;
  for (const event of changes.events) {
    const number = await chain?.append(event);
    if (event.kind === 'certificate') certificateEvent = number;
  }
  if (changes.certificate !== undefined) {
    if (certificateEvent === undefined)
      throw new PurgeError('illegal-transition', 'a certificate without its ledger event');
    await storeCertificate(transaction, lease.accountId, changes.certificate, certificateEvent);
  }
  for (const notice of changes.notices) await chain?.notify(notice);
}

/**
 * Stores a new object (revision 0), or a changed one over the revision that it was computed from.
 *
 * @returns the object as it is stored
 * @throws PurgeError `conflict`
 */
export async function storeObject(
  transaction: Queryable,
  accountId: string,
  object: PurgeObject,
): Promise<PurgeObject> {
  const stored: PurgeObject = { ...object, revision: object.revision + 1 };
  const values: SqlValue[] = [
    accountId,
    object.objectId,
    sha256(utf8(copyKey(object.found))),
    object.state,
    bucketOf(object.state),
    object.reason,
    object.found.provider,
    object.found.sizeBytes,
    object.sha256,
    object.dueAtMs,
    encodeRecord(stored),
    object.certificateId,
  ];
  const changed =
    object.revision === 0
      ? await transaction.change(sql.insertObject, values)
      : await transaction.change(sql.updateObject, [...values, object.revision]);
  if (changed !== 1)
    throw new PurgeError('conflict', 'the rows changed since they were read; nothing of this write was stored');
  return stored;
}

async function storeCertificate(
  transaction: Queryable,
  accountId: string,
  { certificateId, note, bodyHash, names, body }: SignedCertificate,
  eventNumber: number,
): Promise<void> {
  const bytes = body.objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  await transaction.change(sql.insertCertificate, [
    accountId,
    certificateId,
    note,
    bodyHash,
    names,
    body.objects.length,
    bytes,
    body.startedAtMs,
    body.finishedAtMs,
    eventNumber,
  ]);
}

interface StandingRow {
  readonly ownerGeneration: number;
  readonly keyId: Uint8Array | null;
  readonly boundAtMs: number | null;
  readonly isSealed: boolean;
  readonly isNewStartPending: boolean;
  readonly consentAtMs: number | null;
  readonly startAtMs: number | null;
  readonly startGeneration: number | null;
  readonly graceSeconds: number | null;
  readonly stoppedAtMs: number | null;
  readonly provenKeyslots: number;
  readonly lastKeyEventAtMs: number | null;
}

async function readStanding(database: Database, accountId: string): Promise<AccountStanding> {
  const [row] = await database.rows<StandingRow>(sql.readStanding, [accountId]);
  if (row === undefined) throw new PurgeError('conflict', 'the account is gone');
  return {
    mandate: toMandate(row),
    ownerGeneration: row.ownerGeneration,
    keyIdHex: row.keyId === null ? null : toHex(row.keyId),
    ownerKeyBoundAtMs: row.boundAtMs,
    provenKeyslots: row.provenKeyslots,
    isNewStartPending: row.isNewStartPending,
    isSealed: row.isSealed,
    lastKeyEventAtMs: row.lastKeyEventAtMs,
  };
}

interface ProofRow {
  readonly proofId: string;
  readonly proofHash: Uint8Array;
  readonly acceptedAtMs: number;
  readonly repositoryId: Uint8Array;
  readonly keyId: Uint8Array;
  readonly ownerGeneration: number;
  readonly sha256: Uint8Array;
  readonly sizeBytes: number;
  readonly objects: readonly number[];
}

async function findProof(
  database: Database,
  accountId: string,
  hash: Uint8Array,
  sizeBytes: number,
): Promise<AcceptedProof | undefined> {
  const [row] = await database.rows<ProofRow>(sql.findProof, [accountId, hash, sizeBytes]);
  if (row === undefined) return undefined;
  const { keyId, objects, repositoryId, ...proof } = row;
  const ciphertext = await database.rows<ProvenCiphertext>(sql.readProofObjects, [accountId, row.proofId, objects]);
  // A list that is shorter than what was proven would let a delete through on half a proof.
  if (ciphertext.length !== objects.length) return undefined;
  return { ...proof, repositoryId: toBase64Url(repositoryId), keyIdHex: toHex(keyId), ciphertext };
}
