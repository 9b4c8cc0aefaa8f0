import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CofferError } from '@coffer/foundation';
import type { Registry } from 'prom-client';

/** One thing that must hold before a service takes work. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined where all is well, else one line for staff that says what is wrong. Must not throw. */
  check(): Promise<string | undefined>;
}

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The metrics port cannot be listened on. */
export class ObservabilityError extends CofferError {
  declare readonly code: 'port-taken' | 'metrics-server-failed';

  constructor(code: ObservabilityError['code'], message: string, options: { readonly cause?: unknown } = {}) {
    super(code, message, options);
  }
}

/**
 * Serves `/metrics` (Prometheus text), `/health/live` and `/health/ready` on loopback or the given host, apart from the
 * service's own port: metrics are for the operator's network only.
 *
 * @throws ObservabilityError `port-taken`
 */
export async function startMetricsServer(options: {
  readonly port: number;
  readonly host?: string;
  readonly registry: Registry;
  readonly readiness: readonly ReadinessCheck[];
}): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', options, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((done, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      const message = taken
        ? `port ${options.port} (metrics) is taken; choose another`
        : 'the metrics server did not start';
      reject(new ObservabilityError(taken ? 'port-taken' : 'metrics-server-failed', message, { cause }));
    });
    server.listen(options.port, options.host ?? '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  url: string,
  { registry, readiness }: { readonly registry: Registry; readonly readiness: readonly ReadinessCheck[] },
  response: ServerResponse,
): Promise<void> {
  const path = url.split('?')[0];
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  } else if (path === '/health/live') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"live"}');
  } else if (path === '/health/ready') {
    const checks = await checkReadiness(readiness);
    response.writeHead(checks.ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(checks));
  } else {
    response.writeHead(404).end();
  }
}

/** Runs every check; ready only where none has a complaint. */
export async function checkReadiness(
  readiness: readonly ReadinessCheck[],
): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }> {
  const results = await Promise.all(readiness.map(async (item) => [item.name, await item.check()] as const));
  return {
    ready: results.every(([, complaint]) => complaint === undefined),
    checks: Object.fromEntries(results.map(([name, complaint]) => [name, complaint ?? 'ok'])),
  };
}
