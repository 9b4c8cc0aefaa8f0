import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unusedPort } from '@coffer/test-kit/node';

const app = resolve(import.meta.dirname, '..');
const workspace = resolve(app, '../..');

/** The built dashboard and the built demo identity provider, each a process of its own. */
export interface RunningDashboard {
  readonly url: string;
  readonly issuer: string;
  close(): Promise<void>;
}

/** Starts both on free ports; needs their builds. */
export async function startDashboard(apiUrl: string): Promise<RunningDashboard> {
  const home = await mkdtemp(join(tmpdir(), 'coffer-dashboard-'));
  const [dashboardPort, identityPort] = [await unusedPort(), await unusedPort()];
  const url = `http://localhost:${dashboardPort}`;
  const issuer = `http://localhost:${identityPort}`;
  const environment = {
    ...process.env,
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
    COFFER_HOME: home,
    COFFER_DASHBOARD_URL: url,
    COFFER_ISSUER: issuer,
    COFFER_API_URL: apiUrl,
    COFFER_IDENTITY_PORT: String(identityPort),
  };
  const identity = run(['apps/demo-identity/dist/main.mjs'], workspace, environment);
  const next = join(workspace, 'node_modules/next/dist/bin/next');
  const dashboard = run([next, 'start', '--port', String(dashboardPort)], app, environment);
  await Promise.all([answers(`${issuer}/.well-known/openid-configuration`), answers(url)]);
  return {
    url,
    issuer,
    close: async () => {
      await Promise.all([stop(identity), stop(dashboard)]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function run(command: string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const isThere = await fetch(url, { redirect: 'manual' }).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
