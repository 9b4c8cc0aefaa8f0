import type { PurgeObject, PurgeState } from '@coffer/purge';
import type { Database } from '../database';
import { DatabaseError } from '../errors';
import { decodePurgeObject } from '../purge/purge-record';
import * as sql from './ops-statements';

/** The vault as staff see it. */
export interface VaultFigures {
  readonly isSealed: boolean | null;
  readonly sealedReason: string | null;
  readonly total: number;
  readonly owned: number;
  readonly sealedAccounts: number;
  readonly digits: number;
  readonly password: number;
  readonly passkey: number;
  readonly nearLockouts: number;
  readonly lockouts: number;
  readonly oldestKeyAtMs: number | null;
  readonly sealingKeys: number;
  readonly drilledAtMs: number | null;
  readonly treeSize: number | null;
  readonly anchoredAtMs: number | null;
}

/** One step of a window. */
export interface VaultStep {
  readonly step: number;
  readonly guesses: number;
  readonly proven: number;
  readonly shreds: number;
}

/** One state of the funnel. */
export interface PurgeStateFigures {
  readonly state: PurgeState;
  readonly objects: number;
  readonly bytes: number;
  readonly oldestDueAtMs: number | null;
  readonly oldestSinceMs: number | null;
  readonly stuck: number;
}

/** The purge of all accounts. */
export interface PurgeFigures {
  readonly states: readonly PurgeStateFigures[];
  readonly providers: readonly {
    readonly provider: string;
    readonly objects: number;
    readonly bytes: number;
    readonly failed: number;
  }[];
  readonly jobs: readonly {
    readonly state: 'not-started' | 'running' | 'stopped' | 'finished';
    readonly accounts: number;
  }[];
  readonly certificates: number;
}

/** A found object without its account. */
export interface OpsPurgeObjectRow {
  readonly account: string;
  readonly changedAtMs: number;
  readonly object: PurgeObject;
}

/** Filters of a list of found objects; null: all. */
export interface OpsObjectFilter {
  readonly state: string | null;
  readonly bucket: string | null;
  readonly provider: string | null;
  readonly account: string | null;
}

export interface StorageFigures {
  readonly repositories: number;
  readonly heads: number;
  readonly newestHeadAtMs: number | null;
  readonly pins: number;
  readonly proofs: number;
  /** Of the last count of the object store; null before the first. */
  readonly objects: number | null;
  readonly bytes: number | null;
  readonly countedAtMs: number | null;
}

/** The ledger's head; null before the first checkpoint. */
export interface LedgerFigures {
  readonly holds: boolean | null;
  readonly checkedAtMs: number | null;
  readonly treeSize: number;
  readonly note: string;
  readonly unsequenced: number;
}

/** An event without its details. */
export interface OpsEventRow {
  readonly account: string;
  readonly number: number;
  readonly kind: string;
  readonly atMs: number;
  readonly remaining: number;
  readonly attempt: number;
  readonly nextAtMs: number | null;
  readonly serial: number;
  readonly leafIndex: number | null;
}

/** Where a page of found objects, or of events, goes on. */
export interface ObjectPosition {
  readonly changedAtMs: number;
  readonly objectId: string;
}

/** @see ObjectPosition */
export interface EventPosition {
  readonly atMs: number;
  /** Pseudonym. */
  readonly account: string;
  readonly number: number;
}

/** Figures for staff, over all accounts. @param key - 32 bytes that make pseudonyms of account ids */
export class OpsFigures {
  readonly #database: Database;
  readonly #key: Uint8Array;

  constructor(database: Database, key: Uint8Array) {
    this.#database = database;
    this.#key = key;
  }

  /** The database's clock, in milliseconds. */
  async nowMs(): Promise<number> {
    return (await this.#one<{ atMs: number }>(this.#database.rows(sql.readClock))).atMs;
  }

  /** The account as staff see it. */
  async pseudonym(accountId: string): Promise<string> {
    return (await this.#one<{ account: string }>(this.#database.rows(sql.readPseudonym, [this.#key, accountId])))
      .account;
  }

  vault(): Promise<VaultFigures> {
    return this.#one(this.#database.rows<VaultFigures>(sql.readVault));
  }

  /** What happened in `steps` equal steps from `fromMs` on. */
  vaultSeries(fromMs: number, stepMs: number, steps: number): Promise<readonly VaultStep[]> {
    return this.#database.rows<VaultStep>(sql.readVaultSeries, [fromMs, stepMs, steps]);
  }

  async purge(): Promise<PurgeFigures> {
    const states = await this.#database.rows<PurgeStateFigures>(sql.readPurgeStates);
    const providers = await this.#database.rows<PurgeFigures['providers'][number]>(sql.readPurgeProviders);
    const jobs = await this.#database.rows<PurgeFigures['jobs'][number]>(sql.readPurgeJobs);
    const { certificates } = await this.#one<{ certificates: number }>(this.#database.rows(sql.countCertificates));
    return { states, providers, jobs, certificates };
  }

  /** Found objects, last changed first. */
  async purgeObjects(
    filter: OpsObjectFilter,
    after: ObjectPosition | null,
    limit: number,
  ): Promise<readonly OpsPurgeObjectRow[]> {
    const { state, bucket, provider, account } = filter;
    const position = [after?.changedAtMs ?? null, after?.objectId ?? null];
    const values = [this.#key, state, bucket, provider, account, ...position, limit];
    type Row = Omit<OpsPurgeObjectRow, 'object'> & { readonly record: Uint8Array };
    const rows = await this.#database.rows<Row>(sql.readPurgeObjects, values);
    return rows.map(({ record, ...row }) => ({ ...row, object: decodePurgeObject(record) }));
  }

  storage(): Promise<StorageFigures> {
    return this.#one(this.#database.rows<StorageFigures>(sql.readStorage));
  }

  async ledger(): Promise<LedgerFigures | null> {
    const [head] = await this.#database.rows<LedgerFigures>(sql.readLedgerHead);
    return head ?? null;
  }

  /** Events of all accounts, newest first. */
  ledgerEvents(
    filter: { readonly account: string | null; readonly kind: string | null },
    after: EventPosition | null,
    limit: number,
  ): Promise<readonly OpsEventRow[]> {
    const position = [after?.atMs ?? null, after?.account ?? null, after?.number ?? null];
    const values = [this.#key, filter.account, filter.kind, ...position, limit];
    return this.#database.rows<OpsEventRow>(sql.readLedgerEvents, values);
  }

  async #one<Row extends object>(rows: Promise<readonly Row[]>): Promise<Row> {
    const [row] = await rows;
    if (row === undefined) throw new DatabaseError('failed', 'a figure has no row');
    return row;
  }
}
