import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readPostmaster, start, type Cluster } from './postmaster';
import { makeCluster, prepareCluster, startCluster, type EmbeddedPostgres } from './start';

/** A server for one spec file: as a deployment has it (fsync on), own port, data in a folder that goes with it. */
export interface TestPostgres extends EmbeddedPostgres {
  /** kill -9 of the postmaster, as a power cut would: nothing is flushed or said goodbye to. */
  crash(): Promise<void>;
  /** Starts again on the same port after `crash` (WAL recovery) or `stop`. */
  restart(): Promise<void>;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** Folder of initdb, pg_ctl and postgres of another installation, e.g. `/usr/lib/postgresql/15/bin`. */
  readonly programFolder?: string;
}

/**
 * Starts a server for tests. It is stopped and its folder removed by `stop`, and also when the test process dies in any way:
 * a watchdog process waits for the end of its pipe.
 *
 * @throws EmbeddedPostgresError as `startEmbeddedPostgres`
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const { cluster, endWatchdog } = await newCluster(options.programFolder);
  await copyUnused(options.programFolder, cluster);
  const server = await startCluster(cluster, 0);
  return {
    url: server.url,
    port: server.port,
    dataFolder: server.dataFolder,
    wasRunning: false,
    crash: async () => {
      const postmaster = await readPostmaster(cluster.folders);
      if (postmaster !== undefined) await killAll(postmaster.pid);
    },
    restart: async () => {
      await start(cluster, server.port).catch(async () => start(cluster, server.port));
    },
    stop: endWatchdog,
  };
}

async function newCluster(programFolder: string | undefined): Promise<{
  readonly cluster: Cluster;
  readonly endWatchdog: () => Promise<void>;
}> {
  const home = await mkdtemp(join(tmpdir(), 'coffer-test-'));
  await chmod(home, 0o711);
  const cluster = await prepareCluster(home, programFolder);
  return { cluster, endWatchdog: startWatchdog(home, cluster.folders.base, cluster.folders.data) };
}

/** Clusters of this process that were made and are never started, by their program folder; also from one spec file to the next. */
const unusedClusters = ((
  globalThis as { cofferUnusedClusters?: Map<string, Promise<Cluster>> }
).cofferUnusedClusters ??= new Map());

/**
 * Copies a cluster that was made and never started: `initdb` takes seconds, and a run of tests needs dozens of servers. The
 * original goes with the process, by its watchdog.
 */
async function copyUnused(programFolder: string | undefined, { folders }: Cluster): Promise<void> {
  const key = programFolder ?? '';
  let unused = unusedClusters.get(key);
  if (unused === undefined) {
    unused = newCluster(programFolder).then(async ({ cluster }) => {
      await makeCluster(cluster);
      return cluster;
    });
    unusedClusters.set(key, unused);
  }
  // With owners and modes, which PostgreSQL insists on.
  await promisify(execFile)('cp', ['-pR', `${(await unused).folders.base}/.`, folders.base]);
}

/** Kills the postmaster and waits until it is gone; its children end by themselves when they notice. */
async function killAll(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  for (let tries = 0; tries < 200; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Plain JavaScript for a process of its own: at the end of its input it stops the server by force and removes the folders. Told
 * `done` before, that is all. Else its parent died, perhaps while a server was being made: then it looks again for a while.
 */
const watchdogProgram = `
const { existsSync, readFileSync, rmSync } = require('node:fs');
const [home, base, data] = process.argv.slice(1);
const pause = (ms) => new Promise((go) => setTimeout(go, ms));
const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
async function clean() {
  try {
    const pid = Number.parseInt(readFileSync(data + '/postmaster.pid', 'utf8'), 10);
    process.kill(pid, 'SIGQUIT');
    for (let tries = 0; tries < 500 && alive(pid); tries++) await pause(10);
    if (alive(pid)) process.kill(pid, 'SIGKILL');
  } catch {}
  for (const folder of [base, home]) {
    try { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); } catch {}
  }
}
let told = '';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdin.on('data', (chunk) => { told += chunk; });
process.stdin.on('end', async () => {
  await clean();
  for (let gone = 0, tries = 0; told === '' && gone < 10 && tries < 60; tries++) {
    await pause(500);
    gone = existsSync(base) || existsSync(home) ? 0 : gone + 1;
    if (gone === 0) await clean();
  }
});
`;

function startWatchdog(home: string, base: string, data: string): () => Promise<void> {
  const watchdog = spawn(process.execPath, ['-e', watchdogProgram, home, base, data], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const gone = new Promise<void>((resolve) => watchdog.once('exit', () => resolve()));
  watchdog.unref();
  return async () => {
    watchdog.stdin.end('done');
    await gone;
  };
}
