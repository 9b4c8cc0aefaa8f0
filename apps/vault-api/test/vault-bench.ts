import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, statement, type Database } from '@coffer/database';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { startApi, type ApiProcess } from './api-process';
import { shareServer } from './bench-server';
import { TestDevice } from './test-device';
import { startTestIssuer, type TestIssuer } from './test-issuer';

/** A real PostgreSQL, an issuer, and as many API processes as asked for. */
export interface VaultBench {
  readonly server: TestPostgres;
  readonly database: Database;
  readonly issuer: TestIssuer;
  readonly apis: readonly ApiProcess[];
  readonly home: string;
  /** Starts one more process on the same vault. */
  start(environment?: Readonly<Record<string, string>>, until?: 'ready' | 'live'): Promise<ApiProcess>;
  device(api?: ApiProcess, subject?: string): TestDevice;
  /** Rows of a statement on the database behind the API. */
  sql<Row extends object>(text: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

export interface BenchOptions {
  /** A PostgreSQL for this bench alone, to be crashed, configured or put back to a copy; else a database on the shared one. */
  readonly ownServer?: boolean;
}

/** @param environment - of every process; a function is given the bench's COFFER_HOME */
export async function startBench(
  processes: number,
  environment: Readonly<Record<string, string>> | ((home: string) => Readonly<Record<string, string>>) = {},
  { ownServer = false }: BenchOptions = {},
): Promise<VaultBench> {
  const server = ownServer ? await startTestPostgres() : await shareServer();
  const issuer = await startTestIssuer();
  const home = await mkdtemp(join(tmpdir(), 'coffer-api-'));
  const shared = typeof environment === 'function' ? environment(home) : environment;
  const apis: ApiProcess[] = [];
  const start: VaultBench['start'] = async (extra = {}, until = 'ready') => {
    const api = await startApi({
      ...{ home, databaseUrl: server.url, issuer: issuer.url },
      environment: { ...shared, ...extra },
      until,
    });
    apis.push(api);
    return api;
  };
  for (let count = 0; count < processes; count++) await start();
  const database = openDatabase({ url: server.url, connections: 4 });
  let statements = 0;
  return {
    ...{ server, issuer, home, apis, start, database },
    device: (api = apis[0]!, subject) => new TestDevice(api, issuer, subject),
    sql: (text, values = []) => database.rows(statement(`bench-${statements++}`, text), values),
    stop: async () => {
      await Promise.all(apis.map((api) => api.kill('SIGKILL')));
      await database.close();
      await issuer.stop();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
