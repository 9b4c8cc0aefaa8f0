import { limits, routes, type Route } from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';
import type { Histogram, Logger } from '@coffer/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ContractRouteConfig } from './contract-route';

const requestIdForm = /^[A-Za-z0-9_-]{8,64}$/;
/** W3C trace context: version, trace id, parent id, flags. */
const traceparentForm = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The id that answers and logs bear: the caller's where it has the right form, else a new one. */
export function requestId(headers: FastifyRequest['raw']['headers']): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestIdForm.test(given) ? given : newUuid();
}

/** The largest body that a route takes, in bytes. Bytes bodies are streamed, so the handler limits them. */
export function bodyLimit(route: Route): number {
  if (route.body?.kind === 'bytes') return limits.objectBytes;
  return route.body?.kind === 'json' && route.body.isLarge === true ? limits.largeJsonBytes : limits.jsonBytes;
}

/** What stands around every request: id, limits, headers, figures, one log line. */
export function addRequestHooks(
  fastify: FastifyInstance,
  log: Logger,
  duration: Histogram<'route' | 'method' | 'status'>,
): void {
  fastify.addHook('onRoute', (options) => {
    const config: Partial<ContractRouteConfig> | undefined = options.config;
    const contract = config?.contract;
    if (contract !== undefined) options.bodyLimit = bodyLimit(routes[contract]);
  });
  // Streamed to the handler, never gathered in memory.
  fastify.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    if (!request.url.startsWith('/docs')) {
      void reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    }
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = templateOf(request);
    const seconds = reply.elapsedTime / 1000;
    duration.observe({ route, method: request.method, status: String(reply.statusCode) }, seconds);
    const trace = traceparentForm.exec(String(request.headers['traceparent'] ?? ''))?.[1];
    log.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...(trace === undefined ? {} : { trace }),
      },
      'request',
    );
  });
}

/** The template of the route, never the URL, which holds ids. */
function templateOf(request: FastifyRequest): string {
  const config = request.routeOptions.config as Partial<ContractRouteConfig>;
  return config.contract === undefined ? 'none' : routes[config.contract].path;
}
