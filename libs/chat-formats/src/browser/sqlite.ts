import initSqlite, { type Database, type Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { ChatFormatError } from '../errors';
import { bytesInMemory } from '../open-bytes';
import { authorizeReading, leaveWriteAheadLog, sqlLimits } from '../sql-guard';
import { requireSoundPages } from '../sqlite-pages';
import type { SqlDatabase } from '../sql';
import { WasmDatabase } from './wasm-database';

/** SQLite, compiled to WebAssembly. Its databases live in its memory and nowhere else. */
export interface Sqlite {
  /**
   * Opens a database whose bytes come in pieces, as `openSqliteFile` of the Node half does: nothing in it runs.
   *
   * @param limitBytes - largest database that is taken into memory
   * @throws ChatFormatError `damaged` where it is no database, `too-large`, and whatever reading the pieces throws
   */
  open(pieces: AsyncIterable<Uint8Array>, limitBytes: number): Promise<SqlDatabase>;
  /** An empty database, for tables that are rebuilt. Guard it with `guardWasmDatabase` once they are. */
  readonly create: () => Database;
  readonly api: Sqlite3Static;
}

/** The package's types leave it out. */
interface ApiConfig {
  readonly config: { warn: () => void };
}

type Instantiate = (
  imports: WebAssembly.Imports,
  whenDone: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => Record<string, never>;

/** The package's types leave out what its code takes. */
const init = initSqlite as unknown as (options: { readonly instantiateWasm: Instantiate }) => Promise<Sqlite3Static>;

/** Starts SQLite. @param module - sqlite3.wasm of the package, compiled */
export async function startSqlite(module: WebAssembly.Module): Promise<Sqlite> {
  const api = await init({
    instantiateWasm: (imports, whenDone) => {
      void WebAssembly.instantiate(module, imports).then((instance) => whenDone(instance, module));
      return {};
    },
  });
  // it would write statements that fail to the console: what fails is an error of the reader
  (api as unknown as ApiConfig).config.warn = () => undefined;
  return {
    api,
    create: () => new api.oo1.DB(':memory:', 'c'),
    open: async (pieces, limitBytes) => {
      const image = await collect(api, pieces, limitBytes);
      const database = new api.oo1.DB(':memory:', 'c');
      attach(api, database, image);
      return guardWasmDatabase(api, database);
    },
  };
}

/** A run of bytes in SQLite's own memory. */
interface Image {
  readonly at: number;
  readonly length: number;
  readonly capacity: number;
}

const leastCapacityBytes = 1024 * 1024;

/** The pieces, one after the other, in memory that SQLite can take over: the database is held once. */
async function collect({ wasm }: Sqlite3Static, pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Image> {
  let image: Image = { at: 0, length: 0, capacity: 0 };
  try {
    for await (const piece of pieces) {
      const length = image.length + piece.length;
      if (length > limit) throw tooLarge();
      if (length > image.capacity) {
        const wanted = image.length === 0 ? sizeByHeader(piece) : image.capacity * 1.5;
        const capacity = Math.min(limit, Math.max(length, leastCapacityBytes, Math.ceil(wanted)));
        image = { ...image, at: wasm.realloc(image.at, capacity), capacity };
      }
      wasm.heap8u().set(piece, image.at + image.length);
      image = { ...image, length };
    }
    const bytes = wasm.heap8u().subarray(image.at, image.at + image.length);
    requireSoundPages(bytesInMemory(bytes));
  } catch (error) {
    wasm.dealloc(image.at);
    throw error instanceof Error && error.name === 'WasmAllocError' ? tooLarge(error) : error;
  }
  leaveWriteAheadLog(wasm.heap8u().subarray(image.at, image.at + Math.min(image.length, 100)));
  return image;
}

/** Page size times pages, as a database's header says it: a guess at what is to come, never trusted. */
function sizeByHeader(first: Uint8Array): number {
  if (first.length < 100) return 0;
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const pageBytes = view.getUint16(16);
  return (pageBytes === 1 ? 65_536 : pageBytes) * view.getUint32(28);
}

/** Hands the image over: SQLite frees it with the database, also where this fails. */
function attach({ capi }: Sqlite3Static, database: Database, { at, length, capacity }: Image): void {
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_READONLY;
  const result = capi.sqlite3_deserialize(database.pointer!, 'main', at, length, capacity, flags);
  if (result === capi.SQLITE_OK) return;
  database.close();
  throw new ChatFormatError('damaged', 'this database cannot be read: it is damaged, or no SQLite database');
}

const tooLarge = (cause?: unknown): ChatFormatError =>
  new ChatFormatError(
    'too-large',
    'this database is larger than a browser can hold. Nothing was written: the command line opens it (coffer open).',
    { cause },
  );

/**
 * Guards a database: nothing but reading and temporary tables from here on.
 *
 * @throws ChatFormatError `damaged` where it is no database; it is then closed
 */
export function guardWasmDatabase({ capi, wasm }: Sqlite3Static, database: Database): SqlDatabase {
  const guarded = new WasmDatabase({ capi, wasm }, database);
  const pointer = database.pointer!;
  try {
    const limits = [
      [capi.SQLITE_LIMIT_LENGTH, sqlLimits.length],
      [capi.SQLITE_LIMIT_COLUMN, sqlLimits.column],
      [capi.SQLITE_LIMIT_EXPR_DEPTH, sqlLimits.exprDepth],
      [capi.SQLITE_LIMIT_COMPOUND_SELECT, sqlLimits.compoundSelect],
      [capi.SQLITE_LIMIT_ATTACHED, sqlLimits.attach],
      [capi.SQLITE_LIMIT_TRIGGER_DEPTH, sqlLimits.triggerDepth],
    ] as const;
    for (const [limit, value] of limits) capi.sqlite3_limit(pointer, limit, value);
    const off = [
      capi.SQLITE_DBCONFIG_ENABLE_FKEY,
      capi.SQLITE_DBCONFIG_DQS_DML,
      capi.SQLITE_DBCONFIG_DQS_DDL,
      capi.SQLITE_DBCONFIG_TRUSTED_SCHEMA,
    ] as const;
    for (const option of off) capi.sqlite3_db_config(pointer, option, 0, 0);
    capi.sqlite3_db_config(pointer, capi.SQLITE_DBCONFIG_DEFENSIVE, 1, 0);
    guarded.execute('PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON');
    const authorize = (_: unknown, code: number, ...names: readonly (string | 0 | null)[]): number => {
      const [first, second, name, triggerOrView] = names.map((each) => (each === 0 || each === '' ? null : each));
      return authorizeReading(code, first ?? null, second ?? null, name ?? null, triggerOrView ?? null);
    };
    capi.sqlite3_set_authorizer(pointer, authorize, 0);
    // the first read: a file that is no database, or is encrypted, fails here
    guarded.query('SELECT count(*) FROM main.sqlite_master')();
  } catch (error) {
    guarded.close();
    throw error;
  }
  return guarded;
}
