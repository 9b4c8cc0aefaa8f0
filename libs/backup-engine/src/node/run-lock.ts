import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { BackupEngineError } from '../errors';
import { systemCodeOf } from './portable-error';

/** Held while a run works on a repository of this device. */
export interface RunLock {
  release(): void;
}

/**
 * Keeps two runs of one device apart: a file that is created exclusively and names the process that holds it. The lock of a
 * process that is gone is taken over.
 *
 * @param path - of the lock; its folder is made where it is missing
 * @throws BackupEngineError `busy`
 */
export function acquireRunLock(path: string): RunLock {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, mine);
      closeSync(file);
      return { release: () => releaseOwn(path, mine) };
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    }
    const holder = read(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new BackupEngineError(
        'busy',
        `another run works on this repository (process ${holder.split(' ', 1)[0]!}); nothing was done. ` +
          `If you are sure that there is none, remove ${path}`,
      );
    }
    // Two may find a stale lock at once: only who still finds the same content removes it, and "wx" decides afterwards.
    if (read(path) === holder) rmSync(path, { force: true });
  }
  throw new BackupEngineError('busy', 'another run is starting on this repository; try again');
}

function releaseOwn(path: string, mine: string): void {
  if (read(path) === mine) rmSync(path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [pidText, start] = holder.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false;
  }
  // Numbers of processes are used again: the same number with another start is another process.
  return startOf(pid) === (start ?? '');
}

/** When a process started, as the system counts it; empty where it does not tell. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
