import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError, startEmbeddedPostgres } from '@coffer/embedded-postgres';
import { tellParent } from './left-behind';
import { portTaken, type Ports } from './ports';
import { prepareSampleAccount, type SampleAccount } from './sample-account';
import { startService, type RunningService, type ServiceDefinition } from './service';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** Where a running platform answers. */
export interface PlatformUrls {
  readonly portal: string;
  readonly api: string;
  readonly dashboard: string;
  readonly identity: string;
}

export interface Platform {
  readonly home: string;
  readonly urls: PlatformUrls;
  readonly sample: SampleAccount;
  /** `deployment.json`: what a device pins. */
  readonly deploymentFile: string;
  /** Rejects when any service ends by itself. */
  readonly unexpectedEnd: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts every part in the order of their needs; stops all of them where one does not come up.
 *
 * @param signal - ends the start, with everything that was started by then
 */
export async function startPlatform(
  home: string,
  ports: Ports,
  signal: AbortSignal,
  announce: (line: string) => void,
): Promise<Platform> {
  const logs = join(home, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const sample = prepareSampleAccount(home);
  const running: RunningService[] = [];
  let stopDatabase = async (): Promise<void> => Promise.resolve();
  const stop = async (): Promise<void> => {
    // The services together, and what they all write to after them.
    await Promise.all(running.splice(0).map((service) => service.stop()));
    await stopDatabase();
  };
  try {
    const external = process.env['DATABASE_URL'];
    const database = external === undefined ? await startDatabase(home, ports) : undefined;
    if (database !== undefined) stopDatabase = database.stop;
    announce(database === undefined ? 'PostgreSQL is elsewhere (DATABASE_URL)' : 'PostgreSQL is up');
    const urls = urlsOf(ports);
    for (const together of serviceDefinitions(home, ports, urls, external ?? database?.url ?? '')) {
      await startTogether(together, logs, signal, (service) => {
        running.push(service);
        announce(`${service.name} is up`);
      });
    }
    const unexpectedEnd = Promise.race(running.map((service) => service.unexpectedEnd));
    unexpectedEnd.catch(() => undefined);
    return { home, urls, sample, deploymentFile: join(home, 'deployment.json'), unexpectedEnd, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts services that do not need each other; where one does not come up, the start of the others ends too. */
async function startTogether(
  definitions: readonly ServiceDefinition[],
  logs: string,
  signal: AbortSignal,
  onUp: (service: RunningService) => void,
): Promise<void> {
  const failing = new AbortController();
  const starting = definitions.map(async (definition) => {
    try {
      onUp(await startService(definition, logs, AbortSignal.any([signal, failing.signal])));
    } catch (error) {
      failing.abort(error);
    }
  });
  // All of them: what came up while another failed is known by then, and is stopped with the rest.
  await Promise.all(starting);
  failing.signal.throwIfAborted();
}

async function startDatabase(
  home: string,
  ports: Ports,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  try {
    const database = await startEmbeddedPostgres({ home, port: ports.postgres });
    tellParent({ postmasterFile: join(database.dataFolder, 'postmaster.pid') });
    const stop = async (): Promise<void> => {
      await database.stop();
      tellParent({ postmasterFile: null });
    };
    return { url: database.url, stop };
  } catch (error) {
    const isTaken = error instanceof EmbeddedPostgresError && error.code === 'port-taken';
    throw isTaken ? portTaken('postgres', ports.postgres) : error;
  }
}

function urlsOf(ports: Ports): PlatformUrls {
  const local = (port: number): string => `http://localhost:${port}`;
  return {
    portal: local(ports.portal),
    api: local(ports.api),
    dashboard: local(ports.dashboard),
    identity: local(ports.identity),
  };
}

/**
 * What may start together, in the order of its needs. The demo deployment: no grace and a short listing gap, so that a person sees
 * the end; the guess delays are the real ones.
 */
function serviceDefinitions(
  home: string,
  ports: Ports,
  urls: PlatformUrls,
  databaseUrl: string,
): readonly (readonly ServiceDefinition[])[] {
  const shared = {
    NODE_ENV: 'production',
    COFFER_HOME: home,
    COFFER_PORTAL_PORT: String(ports.portal),
    COFFER_PORTAL_URL: urls.portal,
    COFFER_API_PORT: String(ports.api),
    COFFER_API_URL: urls.api,
    COFFER_DASHBOARD_PORT: String(ports.dashboard),
    COFFER_DASHBOARD_URL: urls.dashboard,
    COFFER_IDENTITY_PORT: String(ports.identity),
    COFFER_ISSUER: urls.identity,
    COFFER_DEPLOYMENT: join(home, 'deployment.json'),
  };
  const server = {
    ...shared,
    DATABASE_URL: databaseUrl,
    COFFER_GRACE_SECONDS: '0',
    COFFER_YOUNG_KEY_GRACE_SECONDS: '0',
    COFFER_LISTING_GAP_MS: '1000',
    COFFER_API_METRICS_PORT: String(ports.apiMetrics),
    COFFER_WORKER_METRICS_PORT: String(ports.workerMetrics),
  };
  const bundle = (app: string): string => join(workspaceRoot, 'apps', app, 'dist/main.mjs');
  const next = join(workspaceRoot, 'node_modules/next/dist/bin/next');
  return [
    [
      {
        name: 'demo-identity',
        args: [bundle('demo-identity')],
        cwd: workspaceRoot,
        env: shared,
        readyUrl: `${urls.identity}/.well-known/openid-configuration`,
      },
      {
        name: 'vault-api',
        args: [bundle('vault-api')],
        cwd: workspaceRoot,
        env: server,
        readyUrl: `${urls.api}/health/ready`,
      },
    ],
    [
      {
        name: 'migration-worker',
        args: [bundle('migration-worker')],
        cwd: workspaceRoot,
        env: server,
        readyUrl: `http://127.0.0.1:${ports.workerMetrics}/health/ready`,
      },
      {
        name: 'restore-portal',
        args: [next, 'start', '-H', 'localhost', '-p', String(ports.portal)],
        cwd: join(workspaceRoot, 'apps/restore-portal'),
        env: shared,
        readyUrl: `${urls.portal}/`,
      },
      {
        name: 'ops-dashboard',
        args: [next, 'start', '-H', 'localhost', '-p', String(ports.dashboard)],
        cwd: join(workspaceRoot, 'apps/ops-dashboard'),
        env: shared,
        readyUrl: `${urls.dashboard}/`,
      },
    ],
  ];
}
