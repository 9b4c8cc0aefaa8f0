/** What a column can hold when it is read. */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = readonly SqlValue[];

/**
 * A SQLite database that somebody else wrote, opened so that nothing in it runs: read-only but for temporary tables, no
 * extensions, schema not trusted. The platform halves implement it, and turn SQLite's own errors into ChatFormatError
 * `damaged`, or `disk-full` where temporary files find no room.
 */
export interface SqlDatabase {
  /** Whether temporary tables are in memory, where rows may come into one in any order. */
  readonly hasTablesInMemory: boolean;
  /** Rows as arrays, one at a time; each call is a cursor of its own. */
  rows(sql: string, ...parameters: readonly (string | number | null)[]): Iterable<SqlRow>;
  /** A statement that is run many times and prepared once; each run gives all its rows, so it should have few. */
  query(sql: string): (...parameters: readonly (string | number | null)[]) => readonly SqlRow[];
  /** Runs a statement that makes or fills a temporary table. */
  execute(sql: string): void;
  close(): void;
}

/** The text in a column; bytes are read as UTF-8 with U+FFFD for what is none, as SQLite's own text is. */
export function sqlText(value: SqlValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return decoder.decode(value);
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

const decoder = new TextDecoder();

/** A whole number that is not negative; absent for everything else. */
export function sqlCount(value: SqlValue | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isSafeInteger(value) ? value : undefined;
}

/**
 * SQL for a column whose numbers are only wanted where they are safe integers in JavaScript; the driver fails on others.
 * Text and bytes in it become NULL.
 */
export function safeInteger(column: string): string {
  return `iif(${column} BETWEEN -9007199254740991 AND 9007199254740991, ${column}, NULL)`;
}

/** SQL for a column of which only numbers are wanted, whatever they are stored as. */
export function safeReal(column: string): string {
  return `iif(typeof(${column}) IN ('integer', 'real'), CAST(${column} AS REAL), NULL)`;
}
