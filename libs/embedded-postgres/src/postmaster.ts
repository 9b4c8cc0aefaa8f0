import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerFolders } from './data-folder';
import { EmbeddedPostgresError } from './errors';
import type { NativePrograms } from './native-folder';
import { answersPostgres, loopback } from './port';
import type { RunAs } from './run-as';

const run = promisify(execFile);

/** One cluster and the programs that serve it. */
export interface Cluster {
  readonly programs: NativePrograms;
  readonly folders: ServerFolders;
  readonly runAs: RunAs | undefined;
}

/** The name of the role and of the database. */
export const roleName = 'coffer';

/** Environment without PG* settings of the caller's shell, which pg_ctl and initdb would obey. */
const environment = platform() === 'win32' ? undefined : { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

function processOptions(
  cluster: Cluster,
  cwd: string,
): { cwd: string; uid?: number; gid?: number; env?: NodeJS.ProcessEnv } {
  return { cwd, ...cluster.runAs, ...(environment === undefined ? {} : { env: environment }) };
}

/**
 * Makes the cluster and its database.
 *
 * @throws EmbeddedPostgresError `init-failed`
 */
export async function initialise(cluster: Cluster): Promise<void> {
  const { programs, folders } = cluster;
  const options = processOptions(cluster, folders.base);
  try {
    await run(
      programs.initdb,
      [
        `--pgdata=${folders.data}`,
        '--auth=scram-sha-256',
        `--username=${roleName}`,
        `--pwfile=${folders.password}`,
        '--encoding=UTF8',
        '--locale=C',
      ],
      options,
    );
    await createDatabase(cluster);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'init-failed',
      `PostgreSQL could not make its data folder ${folders.data}: is the disk full, or the folder not writable?`,
      { cause },
    );
  }
}

/** Makes the database in single-user mode: before the first start, and without a client library. */
async function createDatabase(cluster: Cluster): Promise<void> {
  const { programs, folders } = cluster;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(programs.postgres, ['--single', '-D', folders.data, 'template1'], {
      ...processOptions(cluster, folders.base),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new EmbeddedPostgresError('init-failed', `single-user PostgreSQL ended with ${String(status)}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`CREATE DATABASE ${roleName};\n`);
  });
}

/** Process id and port that `postmaster.pid` names, where there is such a file. */
export async function readPostmaster(
  folders: ServerFolders,
): Promise<{ readonly pid: number; readonly port: number } | undefined> {
  const text = await readFile(join(folders.data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number.parseInt(lines[0] ?? '', 10), port: Number.parseInt(lines[3] ?? '', 10) };
}

/** The port of a server of this cluster that a killed parent left behind and that still answers. */
export async function leftoverPort(cluster: Cluster): Promise<number | undefined> {
  const postmaster = await readPostmaster(cluster.folders);
  if (postmaster === undefined || !isAlive(postmaster.pid)) return undefined;
  return (await answersPostgres(postmaster.port)) ? postmaster.port : undefined;
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Starts the server and waits until it accepts connections. @throws EmbeddedPostgresError `start-failed` */
export async function start(cluster: Cluster, port: number): Promise<void> {
  const { programs, folders } = cluster;
  const settings = [
    `-p ${port}`,
    `-c listen_addresses=${loopback}`,
    '-c unix_socket_directories=',
    '-c max_connections=200',
    '-c logging_collector=off',
  ].join(' ');
  const args = ['start', '--wait', '--timeout=60', '--silent', `--pgdata=${folders.data}`, `--log=${folders.log}`];
  try {
    await runDetached(programs.pgCtl, [...args, '-o', settings], cluster);
  } catch (cause) {
    throw new EmbeddedPostgresError('start-failed', `PostgreSQL did not start; its log is ${folders.log}`, { cause });
  }
}

/** Without pipes: the server inherits them and would keep them open. */
async function runDetached(program: string, args: readonly string[], cluster: Cluster): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { ...processOptions(cluster, cluster.folders.base), stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (status) => {
      if (status === 0) resolve();
      else reject(new EmbeddedPostgresError('start-failed', `pg_ctl ended with ${String(status)}`));
    });
  });
}

/** Stops the server of this cluster where one runs: open transactions are rolled back, everything committed is kept. */
export async function stop(cluster: Cluster): Promise<void> {
  const { programs, folders } = cluster;
  const args = ['stop', '--wait', '--timeout=60', '--silent', '--mode=fast', `--pgdata=${folders.data}`];
  await run(programs.pgCtl, args, processOptions(cluster, folders.base)).catch(() => undefined);
}
