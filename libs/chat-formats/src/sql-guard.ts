/** What a foreign database can make SQLite do at most; `length` is the longest text or blob in bytes. */
export const sqlLimits = {
  length: 64 * 1024 * 1024,
  column: 2000,
  exprDepth: 100,
  compoundSelect: 10,
  attach: 0,
  triggerDepth: 1,
} as const;

/** SQLite's action codes, as its authorizer is told them (sqlite.org/c3ref/c_alter_table.html): they never change. */
const action = {
  createTable: 2,
  createTemporaryIndex: 3,
  insert: 18,
  pragma: 19,
  read: 20,
  select: 21,
  update: 23,
  function: 31,
} as const;
const allowed = 0;
const denied = 1;

const reading = new Set<number>([action.select, action.read, action.function]);
const writing = new Set<number>([action.insert, action.update, action.createTable, action.createTemporaryIndex]);

/**
 * SQLite's authorizer for a foreign database. Beyond reading, only temporary tables may be made and filled. Views, triggers and
 * recursion are refused with everything else, whatever a foreign schema tries to smuggle in.
 *
 * @returns SQLITE_OK or SQLITE_DENY
 */
export function authorizeReading(
  code: number,
  first: string | null,
  _second: string | null,
  database: string | null,
  triggerOrView: string | null,
): number {
  if (triggerOrView !== null) return denied;
  if (reading.has(code)) return allowed;
  if (writing.has(code)) return database === 'temp' ? allowed : denied;
  return code === action.pragma && first === 'table_xinfo' ? allowed : denied;
}

/** A database in WAL mode wants a log beside it, which memory has not; bytes 18 and 19 of the header say which mode it is. */
export function leaveWriteAheadLog(header: Uint8Array): void {
  if (header[18] === 2 || header[19] === 2) header[18] = header[19] = 1;
}
