import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ChatFormatError } from '../errors';
import { bytesInMemory } from '../open-bytes';
import type { SqlDatabase, SqlRow } from '../sql';
import { authorizeReading, leaveWriteAheadLog, sqlLimits } from '../sql-guard';
import { requireSoundPages } from '../sqlite-pages';
import { temporaryDiskFull } from './disk-full';
import { openByteSource } from './zip-file';

/**
 * Where temporary tables and sorted rows go once they exceed SQLite's page cache of 2 MB. Of a database that lies in a file: to
 * a file in the system's temporary folder, which loses its name as soon as it is open, so that memory does not grow with the
 * history. Of one in memory: to memory, since it was decrypted and what is in it must not reach a disk.
 */
type TemporaryStore = 'FILE' | 'MEMORY';

/** Opens a SQLite file that somebody else wrote. Nothing beside it is read or made: no journal, no shared memory. */
export function openSqliteFile(path: string): SqlDatabase {
  if (!existsSync(path)) throw new ChatFormatError('not-a-backup', 'there is no such file');
  requireSoundFile(path);
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return guardDatabase(() => new DatabaseSync(url, { readOnly: true, ...options }), 'FILE');
}

/** Opens a SQLite file that is in memory; the bytes are copied. */
export function openSqliteBytes(bytes: Uint8Array): SqlDatabase {
  requireSoundPages(bytesInMemory(bytes));
  return guardDatabase(() => {
    const database = new DatabaseSync(':memory:', options);
    database.deserialize(withoutWriteAheadLog(bytes));
    return database;
  }, 'MEMORY');
}

function requireSoundFile(path: string): void {
  const source = openByteSource(path);
  try {
    requireSoundPages(source);
  } finally {
    source.close();
  }
}

const options = {
  allowExtension: false,
  enableDoubleQuotedStringLiterals: false,
  enableForeignKeyConstraints: false,
  defensive: true,
  limits: sqlLimits,
} as const;

/** A copy where the mode has to be changed: the bytes are somebody else's. */
function withoutWriteAheadLog(bytes: Uint8Array): Uint8Array {
  if (bytes[18] !== 2 && bytes[19] !== 2) return bytes;
  const copy = new Uint8Array(bytes);
  leaveWriteAheadLog(copy);
  return copy;
}

/**
 * Guards a database: nothing but reading and temporary tables from here on.
 *
 * @throws ChatFormatError `damaged` where it is no database
 */
export function guardDatabase(open: () => DatabaseSync, temporaryStore: TemporaryStore): SqlDatabase {
  const database = translate(open);
  try {
    translate(() => {
      database.exec(
        `PRAGMA trusted_schema = OFF; PRAGMA temp_store = ${temporaryStore}; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0`,
      );
      database.setAuthorizer(authorizeReading);
      // the first read: a file that is no database, or is encrypted, fails here
      database.prepare('SELECT count(*) FROM main.sqlite_master').get();
    });
  } catch (error) {
    database.close();
    throw error;
  }
  return new NodeSqlite(database, temporaryStore === 'MEMORY');
}

class NodeSqlite implements SqlDatabase {
  readonly hasTablesInMemory: boolean;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, hasTablesInMemory: boolean) {
    this.hasTablesInMemory = hasTablesInMemory;
    this.#database = database;
  }

  *rows(sql: string, ...parameters: readonly (string | number | null)[]): Generator<SqlRow, void, undefined> {
    const rows = translate(() => {
      const statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      return statement.iterate(...parameters) as unknown as Iterator<SqlRow>;
    });
    for (;;) {
      const next = translate(() => rows.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  query(sql: string): (...parameters: readonly (string | number | null)[]) => readonly SqlRow[] {
    const statement = translate(() => this.#database.prepare(sql));
    statement.setReturnArrays(true);
    return (...parameters) => translate(() => statement.all(...parameters) as unknown as readonly SqlRow[]);
  }

  execute(sql: string): void {
    translate(() => this.#database.exec(sql));
  }

  close(): void {
    this.#database.close();
  }
}

/** SQLite's codes (extended) for temporary files: SQLITE_FULL, SQLITE_IOERR_WRITE, and no folder for them. */
const noRoomCodes: ReadonlySet<unknown> = new Set([13, 778, 6410]);

function translate<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof ChatFormatError) throw cause;
    if (cause instanceof Error && 'errcode' in cause && noRoomCodes.has(cause.errcode)) throw temporaryDiskFull(cause);
    throw new ChatFormatError('damaged', 'this database cannot be read: it is damaged, or no SQLite database', {
      cause,
    });
  }
}
