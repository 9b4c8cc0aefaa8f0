import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The ports of one deployment, each on loopback. */
export interface Ports {
  readonly portal: number;
  readonly api: number;
  readonly dashboard: number;
  readonly identity: number;
  readonly postgres: number;
  readonly apiMetrics: number;
  readonly workerMetrics: number;
}

const defaults: Readonly<Record<keyof Ports, readonly [variable: string, port: number]>> = {
  portal: ['COFFER_PORTAL_PORT', 4300],
  api: ['COFFER_API_PORT', 4301],
  dashboard: ['COFFER_DASHBOARD_PORT', 4302],
  identity: ['COFFER_IDENTITY_PORT', 4303],
  postgres: ['COFFER_POSTGRES_PORT', 4304],
  apiMetrics: ['COFFER_API_METRICS_PORT', 4305],
  workerMetrics: ['COFFER_WORKER_METRICS_PORT', 4306],
};

/** A port that something else holds, or a value that is no port. The message names the variable that chooses another. */
export class PortTakenError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PortTakenError';
  }
}

/**
 * Chooses a port for each service: any free one, or the fixed ones (4300 to 4306, changed by environment).
 *
 * @throws PortTakenError naming the first port that is taken and the variable that chooses another
 */
export async function choosePorts(anyFree: boolean, env: NodeJS.ProcessEnv): Promise<Ports> {
  const chosen = { portal: 0, api: 0, dashboard: 0, identity: 0, postgres: 0, apiMetrics: 0, workerMetrics: 0 };
  const taken = new Set<number>();
  for (const [service, [variable, fallback]] of Object.entries(defaults) as [
    keyof Ports,
    readonly [string, number],
  ][]) {
    const text = env[variable];
    if (anyFree && text === undefined) {
      chosen[service] = await freePort(taken);
    } else {
      const port = text === undefined ? fallback : Number(text);
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw new PortTakenError(`${variable} is no port: ${text ?? ''}`);
      // PostgreSQL of an earlier run may still answer on its port; its own starter knows whether to take it over.
      if (service !== 'postgres' && !(await canListen(port))) {
        throw portTaken(service, port);
      }
      chosen[service] = port;
    }
    taken.add(chosen[service]);
  }
  return chosen;
}

/** Says which port is taken, and how to choose another. */
export function portTaken(service: keyof Ports, port: number): PortTakenError {
  return new PortTakenError(
    `port ${port} (${service}) is taken by another program, perhaps another "npm start". Nothing was started. ` +
      `Stop that program, or choose another port: ${defaults[service][0]}=${port + 100} npm start ` +
      '(or any free ones: npm start -- --free-ports)',
  );
}

async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    // Below those that Linux gives to outgoing connections: none of them takes a port before its service has it.
    const port = randomInt(20_000, 32_000);
    if (!taken.has(port) && (await canListen(port))) return port;
  }
}

/** Whether both loopback addresses are free: a server on either would answer for `localhost`. */
async function canListen(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) {
    const free = await new Promise<boolean>((done) => {
      const server = createServer().once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
      server.listen(port, host, () => server.close(() => done(true)));
    });
    if (!free) return false;
  }
  return true;
}
