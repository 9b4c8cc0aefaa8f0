import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { BackupEngineError } from '../errors';

/** Held while a run works on a repository of this device. */
export interface RunLock {
  release(): void;
}

/** SQLite's code for a database that another process or connection has locked. */
const sqliteBusy = 5;

/**
 * Keeps two runs of one device apart. What holds the lock is the operating system's lock on a file, taken through SQLite on an
 * empty database: of several that ask at once exactly one gets it, and that of a process which is gone is gone with it. Files
 * that name their holder cannot promise either: two may find the same dead holder, and one then removes the other's new file.
 *
 * @param path - names the process that holds the lock, for the message to others; the locked file lies beside it. Its folder is
 *   made where it is missing
 * @param what - that two runs must not work on at once, for the message
 * @throws BackupEngineError `busy`; errors of node:fs where the folder cannot be written
 */
export function acquireRunLock(path: string, what = 'this repository'): RunLock {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = openLocked(`${path}.db`, path, what);
  try {
    writeFileSync(path, `${process.pid}`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release: () => {
      rmSync(path, { force: true });
      database.close();
    },
  };
}

function openLocked(file: string, path: string, what: string): DatabaseSync {
  // What keeps the file from being made is said by the system better than by SQLite.
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy)) throw error;
    throw new BackupEngineError(
      'busy',
      `another run${holderIn(path)} works on ${what}; nothing was done. Try again later`,
    );
  }
}

function holderIn(path: string): string {
  try {
    const pid = readFileSync(path, 'utf8');
    return /^\d{1,10}$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}
