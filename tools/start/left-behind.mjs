// Ends what a killed launcher had started. Plain JavaScript for Node 20.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { signalGroup } from './phase.mjs';

const patienceMs = 10_000;

/**
 * Ends services, then the database: politely, and by force after ten seconds.
 *
 * @param {readonly number[]} services - process ids, each the leader of its group
 * @param {string | undefined} postmasterFile - PostgreSQL's postmaster.pid, where a server may run
 */
export async function endLeftBehind(services, postmasterFile) {
  await Promise.all(services.map((pid) => endGroup(pid)));
  const postmaster = postmasterFile === undefined ? undefined : readPid(postmasterFile);
  // SIGINT is PostgreSQL's fast shutdown: it ends its clients and keeps all that was committed.
  if (postmaster !== undefined)
    await end(
      () => signalOne(postmaster, 'SIGINT'),
      () => signalOne(postmaster, 0),
    );
}

async function endGroup(pid) {
  await end(
    () => signalGroup(pid, 'SIGTERM'),
    () => signalGroup(pid, 0),
  );
  signalGroup(pid, 'SIGKILL');
}

async function end(ask, isThere) {
  if (!ask()) return;
  for (let waited = 0; waited < patienceMs && isThere(); waited += 50) await pause(50);
}

function signalOne(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function readPid(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
