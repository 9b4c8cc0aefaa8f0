import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '@coffer/embedded-postgres';

/** Names a home that a journey made, and may remove. */
const markerName = 'made-by-npm-start-once';
const lockName = 'launcher.pid';

/**
 * Makes the home of one run, and takes it. A journey (`once`) begins with an account that nobody has set up: its own folder is
 * made anew with its database, also where that lies outside (docs/adr/0002-embedded-postgresql.md); nothing else is touched.
 *
 * @returns gives the home back
 * @throws Error where another launcher runs in it, or a journey meets a folder that no journey made
 */
export async function takeHome(home: string, once: boolean): Promise<() => void> {
  requireFree(home);
  if (once && existsSync(home)) {
    if (!existsSync(join(home, markerName))) {
      throw new Error(
        `${home} was not made by an earlier "npm start -- --once"; it is left alone. Choose another COFFER_HOME.`,
      );
    }
    await removeEmbeddedPostgres(home);
    rmSync(home, { recursive: true });
  }
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (once) writeFileSync(join(home, markerName), '');
  const lock = join(home, lockName);
  writeFileSync(lock, `${process.pid}\n`);
  return () => rmSync(lock, { force: true });
}

/** Two launchers in one home would share a database and take it from one another. */
function requireFree(home: string): void {
  const lock = join(home, lockName);
  const pid = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : 0;
  if (!isLauncher(pid)) return;
  throw new Error(
    `another "npm start" runs with its state in ${home} (process ${pid}). Nothing was started. ` +
      `Stop it with Ctrl-C there, or start this one elsewhere: COFFER_HOME=.coffer-2 npm start -- --free-ports`,
  );
}

/** Whether a process of this id exists and, where that can be seen, is a launcher: ids are given again. */
function isLauncher(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('platform.mjs');
}
