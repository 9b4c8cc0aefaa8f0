import { toHex } from '@coffer/foundation';
import { ChatFormatError } from '../errors';
import { letOthers, type Ciphers } from '../platform';
import type { SqlDatabase } from '../sql';
import type { AndroidFile } from './android-file';
import type { AndroidFrame, AndroidStatement } from './frame';
import { readAllowedStatement } from './statement';
import { avatarTable, blobTable, isAndroidTable, stickerBlobTable, type AndroidTable } from './tables';

/** A backup's tables, rebuilt. */
export interface AndroidTables {
  readonly database: SqlDatabase;
  /** Rows of tables that are no conversations, by table. */
  readonly leftOutRows: ReadonlyMap<string, number>;
  /** Statements that no table came of, such as indexes and triggers. */
  readonly leftOutStatements: number;
  /** The owner's ACI, where the backup says it. */
  readonly selfAci: string | undefined;
  /** Attachments, stickers and pictures of people by the SHA-256 of their content, in lower case. */
  readonly blobs: ReadonlyMap<string, AndroidBlob>;
}

/** Under which name the app keeps the owner's ACI. */
const aciKey = 'account.aci';

/** A database that tables are made in, by statements of this project with bound values. */
export interface TableWriter {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: readonly TableValue[]): unknown };
  /** Ends the writing: what is there is read from now on, and nothing in it runs. */
  finish(): SqlDatabase;
  /** Lets go of everything where it was not finished. */
  discard(): void;
}

/** The bytes of an attachment, sticker or picture of somebody, which stay in the backup. */
export interface AndroidBlob {
  readonly sizeBytes: number;
  /** Decrypted; proven at the end. @throws ChatFormatError `damaged` */
  readonly pieces: () => Iterable<Uint8Array>;
}

/** What a backup puts into a column. */
export type TableValue = AndroidStatement['parameters'][number];

export interface RebuildParts {
  readonly writer: TableWriter;
  readonly sha256: Ciphers['sha256'];
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
  { writer, sha256, signal }: RebuildParts,
): Promise<AndroidTables> {
  try {
    const tables = new TableBuilder(writer);
    const blobs = new Map<string, AndroidBlob>();
    let selfAci: string | undefined;
    writer.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    let count = 0;
    for (const { frame, blobPieces } of file.records()) {
      if (++count % turnRecords === 0) {
        await letOthers();
        signal?.throwIfAborted();
      }
      if (frame.kind === 'statement') tables.take(frame.statement);
      if (frame.kind === 'keyValue' && frame.key === aciKey) selfAci = frame.text;
      if (!('blobBytes' in frame)) continue;
      const hash = sha256();
      for (const piece of blobPieces()) hash.update(piece);
      const sha256Hex = toHex(hash.digest());
      tables.addBlob(frame, sha256Hex);
      if (!blobs.has(sha256Hex)) blobs.set(sha256Hex, { sizeBytes: frame.blobBytes, pieces: blobPieces });
    }
    tables.addIndexes();
    writer.exec('COMMIT');
    const { leftOutRows, leftOutStatements } = tables;
    return { database: writer.finish(), leftOutRows, leftOutStatements, selfAci, blobs };
  } catch (error) {
    writer.discard();
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
  ['group_receipts', 'mms_id'],
  ['sticker', 'pack_id'],
  ['mention', 'message_id'],
  ['poll', 'message_id'],
  ['poll', 'end_message_id'],
  ['poll_option', 'poll_id'],
  ['poll_vote', 'poll_id'],
];

interface Table {
  readonly columns: readonly string[];
  readonly inserts: Map<string, ReturnType<TableWriter['prepare']>>;
}

class TableBuilder {
  readonly leftOutRows = new Map<string, number>();
  leftOutStatements = 0;
  readonly #database: TableWriter;
  readonly #tables = new Map<string, Table>();
  readonly #addBlob: Readonly<Record<'attachment' | 'sticker' | 'avatar', ReturnType<TableWriter['prepare']>>>;

  constructor(database: TableWriter) {
    this.#database = database;
    const prepared = (table: string, type = 'INTEGER'): ReturnType<TableWriter['prepare']> => {
      database.exec(`CREATE TABLE ${table}(row ${type} PRIMARY KEY, size_bytes INTEGER, sha256_hex TEXT)`);
      return database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`);
    };
    this.#addBlob = {
      attachment: prepared(blobTable),
      sticker: prepared(stickerBlobTable),
      avatar: prepared(avatarTable, 'TEXT'),
    };
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

  addBlob(frame: Extract<AndroidFrame, { readonly blobBytes: number }>, sha256Hex: string): void {
    const row = frame.kind === 'avatar' ? frame.person : frame.rowId;
    this.#addBlob[frame.kind].run(row, frame.blobBytes, sha256Hex);
  }

  /** For what is looked up message by message. */
  addIndexes(): void {
    for (const [table, column] of lookedUp) {
      if (this.#tables.get(table)?.columns.includes(column) !== true) continue;
      this.#database.exec(`CREATE INDEX coffer_${table}_${column} ON ${table}("${column}")`);
    }
  }

  #addTable(table: string, columns: readonly string[]): void {
    if (this.#tables.has(table)) return;
    // names are letters, digits and _ (see readAllowedStatement): quoting is enough
    const definitions = columns.map((column) => (column === '_id' ? '_id INTEGER PRIMARY KEY' : `"${column}"`));
    this.#database.exec(`CREATE TABLE ${table}(${definitions.join(', ')})`);
    this.#tables.set(table, { columns, inserts: new Map() });
  }

  #addRow(table: string, columns: readonly string[] | undefined, values: readonly TableValue[]): void {
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
