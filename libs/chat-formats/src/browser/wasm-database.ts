import type { Database, PreparedStatement, Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { ChatFormatError } from '../errors';
import type { SqlDatabase, SqlRow, SqlValue } from '../sql';

type Api = Pick<Sqlite3Static, 'capi' | 'wasm'>;
type Parameter = string | number | null;

/** SQLite's result codes of a row, of the end, and of want of memory. */
const [row, done, noMemory, full] = [100, 101, 7, 13];
/** SQLite's types of values. */
const [integerType, realType, textType, blobType] = [1, 2, 3, 4];

/** The functions of the module itself: the package's wrappers check every argument of every column of every row. */
interface RawFunctions {
  readonly sqlite3_step: (statement: number) => number;
  readonly sqlite3_reset: (statement: number) => number;
  readonly sqlite3_column_count: (statement: number) => number;
  readonly sqlite3_column_type: (statement: number, column: number) => number;
  readonly sqlite3_column_double: (statement: number, column: number) => number;
  readonly sqlite3_column_text: (statement: number, column: number) => number;
  readonly sqlite3_column_blob: (statement: number, column: number) => number;
  readonly sqlite3_column_bytes: (statement: number, column: number) => number;
}

const decoder = new TextDecoder();

/** A database in SQLite's memory as the readers see it. */
export class WasmDatabase implements SqlDatabase {
  readonly hasTablesInMemory = true;
  readonly #wasm: Api['wasm'];
  readonly #raw: RawFunctions;
  readonly #database: Database;
  readonly #prepared = new Set<PreparedStatement>();

  constructor({ wasm }: Api, database: Database) {
    this.#wasm = wasm;
    this.#raw = wasm.exports as RawFunctions;
    this.#database = database;
  }

  *rows(sql: string, ...parameters: readonly Parameter[]): Generator<SqlRow, void, undefined> {
    const statement = this.#prepare(sql);
    try {
      bind(statement, parameters);
      yield* this.#run(statement);
    } finally {
      this.#finalize(statement);
    }
  }

  query(sql: string): (...parameters: readonly Parameter[]) => readonly SqlRow[] {
    const statement = this.#prepare(sql);
    return (...parameters) => {
      try {
        bind(statement, parameters);
        return [...this.#run(statement)];
      } finally {
        this.#raw.sqlite3_reset(statement.pointer as number);
      }
    };
  }

  execute(sql: string): void {
    translate(() => this.#database.exec(sql));
  }

  close(): void {
    for (const statement of [...this.#prepared]) this.#finalize(statement);
    this.#database.close();
  }

  #prepare(sql: string): PreparedStatement {
    const statement = translate(() => this.#database.prepare(sql));
    this.#prepared.add(statement);
    return statement;
  }

  #finalize(statement: PreparedStatement): void {
    if (this.#prepared.delete(statement)) statement.finalize();
  }

  *#run(statement: PreparedStatement): Generator<SqlRow, void, undefined> {
    const pointer = statement.pointer as number;
    const columns = this.#raw.sqlite3_column_count(pointer);
    for (;;) {
      const result = this.#raw.sqlite3_step(pointer);
      if (result === done) return;
      if (result !== row) throw failure(result & 0xff);
      const values: SqlValue[] = [];
      for (let column = 0; column < columns; column++) values.push(this.#value(pointer, column));
      yield values;
    }
  }

  #value(statement: number, column: number): SqlValue {
    const raw = this.#raw;
    switch (raw.sqlite3_column_type(statement, column)) {
      case integerType:
      // the readers ask for no whole number beyond what a double holds
      case realType:
        return raw.sqlite3_column_double(statement, column);
      case textType:
        return decoder.decode(this.#bytes(raw.sqlite3_column_text(statement, column), statement, column));
      case blobType:
        return new Uint8Array(this.#bytes(raw.sqlite3_column_blob(statement, column), statement, column));
      default:
        return null;
    }
  }

  /** A view that the next step invalidates. */
  #bytes(at: number, statement: number, column: number): Uint8Array {
    return this.#wasm.heap8u().subarray(at, at + this.#raw.sqlite3_column_bytes(statement, column));
  }
}

function bind(statement: PreparedStatement, parameters: readonly Parameter[]): void {
  if (parameters.length > 0) translate(() => statement.bind([...parameters]));
}

function translate<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof ChatFormatError) throw cause;
    const code = cause instanceof Error && 'resultCode' in cause ? Number(cause.resultCode) & 0xff : 1;
    throw failure(code, cause);
  }
}

function failure(code: number, cause?: unknown): ChatFormatError {
  return code === noMemory || code === full
    ? new ChatFormatError('too-large', 'this browser has not the memory to read this database', { cause })
    : new ChatFormatError('damaged', 'this database cannot be read: it is damaged, or no SQLite database', { cause });
}
