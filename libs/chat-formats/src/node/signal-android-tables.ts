import { createHash } from 'node:crypto';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { ChatFormatError } from '../errors';
import type { AndroidStatement } from '../signal-android/frame';
import { readAllowedStatement } from '../signal-android/statement';
import { blobTable, isAndroidTable, type AndroidTable } from '../signal-android/tables';
import type { SqlDatabase } from '../sql';
import type { AndroidFile } from './signal-android-file';
import { inMemoryLimitBytes } from './payload-bytes';
import { guardDatabase } from './sqlite-database';
import { createSpool, removeOnClose } from './spool';

/** A backup's tables, rebuilt. */
export interface AndroidTables {
  readonly database: SqlDatabase;
  /** Rows of tables that are no conversations, by table. */
  readonly leftOutRows: ReadonlyMap<string, number>;
  /** Statements that no table came of, such as indexes and triggers. */
  readonly leftOutStatements: number;
  /** The owner's ACI, where the backup says it. */
  readonly selfAci: string | undefined;
}

/** Under which name the app keeps the owner's ACI. */
const aciKey = 'account.aci';

export interface RebuildOptions {
  /** Most bytes of statements that are held in memory; more go through a private file that is gone at the end. */
  readonly limitBytes?: number;
  /** Stops it; the error is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** After so many records others have their turn. */
const turnRecords = 5000;

/**
 * Rebuilds the tables of a backup that conversations are made of. Nothing of a statement is run: an allow-list reads names and counts
 * out of it, and the tables are made and filled by statements of this project with bound values.
 *
 * @throws ChatFormatError `damaged`, `disk-full`
 */
export async function rebuildTables(
  file: AndroidFile,
  { limitBytes = inMemoryLimitBytes, signal }: RebuildOptions = {},
): Promise<AndroidTables> {
  const spool = file.statementBytes > limitBytes ? createSpool() : undefined;
  const database = new DatabaseSync(spool?.finish() ?? ':memory:', { allowExtension: false, defensive: true });
  try {
    const tables = new TableBuilder(database);
    let selfAci: string | undefined;
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    let count = 0;
    for (const { frame, blobPieces } of file.records()) {
      if (++count % turnRecords === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      if (frame.kind === 'statement') tables.take(frame.statement);
      if (frame.kind === 'keyValue' && frame.key === aciKey) selfAci = frame.text;
      if (frame.kind !== 'attachment') continue;
      const hash = createHash('sha256');
      for (const piece of blobPieces()) hash.update(piece);
      tables.addBlob(frame.rowId, frame.blobBytes, hash.digest('hex'));
    }
    tables.addIndexes();
    database.exec('COMMIT');
    const guarded = guardDatabase(() => database, spool === undefined ? 'MEMORY' : 'FILE');
    return {
      database: spool === undefined ? guarded : removeOnClose(guarded, spool.remove),
      leftOutRows: tables.leftOutRows,
      leftOutStatements: tables.leftOutStatements,
      selfAci,
    };
  } catch (error) {
    if (database.isOpen) database.close();
    spool?.remove();
    if (error instanceof ChatFormatError || signal?.aborted === true) throw error;
    throw new ChatFormatError('damaged', 'the tables of this Signal backup cannot be rebuilt', { cause: error });
  }
}

const lookedUp: readonly (readonly [AndroidTable, string])[] = [
  ['attachment', 'message_id'],
  ['part', 'mid'],
  ['reaction', 'message_id'],
  ['message', 'latest_revision_id'],
  ['group_membership', 'group_id'],
];

interface Table {
  readonly columns: readonly string[];
  readonly inserts: Map<string, StatementSync>;
}

class TableBuilder {
  readonly leftOutRows = new Map<string, number>();
  leftOutStatements = 0;
  readonly #database: DatabaseSync;
  readonly #tables = new Map<string, Table>();
  readonly #addBlob: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`CREATE TABLE ${blobTable}(row INTEGER PRIMARY KEY, size_bytes INTEGER, sha256_hex TEXT)`);
    this.#addBlob = database.prepare(`INSERT OR REPLACE INTO ${blobTable} VALUES (?, ?, ?)`);
  }

  take({ sql, parameters }: AndroidStatement): void {
    const allowed = readAllowedStatement(sql);
    if (allowed === undefined) this.leftOutStatements++;
    else if (!isAndroidTable(allowed.table)) {
      if (allowed.kind === 'row') this.leftOutRows.set(allowed.table, (this.leftOutRows.get(allowed.table) ?? 0) + 1);
    } else if (allowed.kind === 'table') this.#addTable(allowed.table, allowed.columns);
    else {
      if (allowed.values !== parameters.length)
        throw new ChatFormatError('damaged', 'a row of this backup is incomplete');
      this.#addRow(allowed.table, allowed.columns, parameters);
    }
  }

  addBlob(row: number, sizeBytes: number, sha256Hex: string): void {
    this.#addBlob.run(row, sizeBytes, sha256Hex);
  }

  /** For what is looked up message by message. */
  addIndexes(): void {
    for (const [table, column] of lookedUp) {
      if (this.#tables.get(table)?.columns.includes(column) !== true) continue;
      this.#database.exec(`CREATE INDEX coffer_${table} ON ${table}("${column}")`);
    }
  }

  #addTable(table: string, columns: readonly string[]): void {
    if (this.#tables.has(table)) return;
    // names are letters, digits and _ (see readAllowedStatement): quoting is enough
    const definitions = columns.map((column) => (column === '_id' ? '_id INTEGER PRIMARY KEY' : `"${column}"`));
    this.#database.exec(`CREATE TABLE ${table}(${definitions.join(', ')})`);
    this.#tables.set(table, { columns, inserts: new Map() });
  }

  #addRow(table: string, columns: readonly string[] | undefined, values: readonly SQLInputValue[]): void {
    const known = this.#tables.get(table);
    if (known === undefined) throw new ChatFormatError('damaged', 'a row of this backup has no table');
    const names = columns ?? known.columns;
    const key = columns === undefined ? '' : columns.join();
    let insert = known.inserts.get(key);
    if (insert === undefined) {
      if (names.length !== values.length || !names.every((name) => known.columns.includes(name))) {
        throw new ChatFormatError('damaged', 'a row of this backup does not fit its table');
      }
      const list = names.map((name) => `"${name}"`).join(', ');
      insert = this.#database.prepare(
        `INSERT OR REPLACE INTO ${table}(${list}) VALUES (${names.map(() => '?').join(', ')})`,
      );
      known.inserts.set(key, insert);
    }
    insert.run(...values);
  }
}
