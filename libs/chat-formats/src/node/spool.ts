import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlDatabase } from '../sql';
import { temporaryDiskFull } from './disk-full';

/** What is too large for memory goes through a file that only its owner can read, and that is gone at the end. */
export interface Spool {
  /** @throws ChatFormatError `disk-full` */
  write(piece: Uint8Array): void;
  /** Ends the writing. @returns the path */
  finish(): string;
  /** Removes the file, finished or not. */
  readonly remove: () => void;
}

/** Makes the file in the system's temporary folder. */
export function createSpool(): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-open-'));
  const path = join(folder, 'payload');
  const file = openSync(path, 'wx', 0o600);
  let isOpen = true;
  const finish = (): string => {
    if (isOpen) closeSync(file);
    isOpen = false;
    return path;
  };
  return {
    write: (piece) => {
      try {
        for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
      } catch (cause) {
        throw temporaryDiskFull(cause);
      }
    },
    finish,
    remove: () => {
      finish();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same database, which takes its file along when it is closed. */
export function removeOnClose(database: SqlDatabase, remove: () => void): SqlDatabase {
  return {
    hasTablesInMemory: database.hasTablesInMemory,
    rows: (sql, ...parameters) => database.rows(sql, ...parameters),
    query: (sql) => database.query(sql),
    execute: (sql) => database.execute(sql),
    close: () => {
      database.close();
      remove();
    },
  };
}
