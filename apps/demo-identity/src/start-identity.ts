import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Logger } from '@coffer/observability';
import type Provider from 'oidc-provider';

import type { IdentityOptions } from './config';
import { IdentityError } from './errors';
import { answerInteraction } from './interactions';
import { isLocalHostHeader, requireLoopback } from './loopback';
import { stylesheet, stylesheetPath } from './pages/layout';
import { errorPage } from './pages/message-pages';
import { createProvider } from './provider';
import { loadSigningKeys } from './signing-keys';
import { StateStore } from './state-store';

/** A running demo identity provider. */
export interface IdentityServer {
  /** `iss` of its tokens: `http://localhost:<port>`. */
  readonly issuer: string;
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/**
 * Starts the OpenID provider of the embedded default.
 *
 * @throws IdentityError `not-loopback`, `port-taken`, `bad-key-file`
 */
export async function startIdentity(options: IdentityOptions, logger?: Logger): Promise<IdentityServer> {
  const host = await requireLoopback(options.host);
  const keys = await loadSigningKeys(options.home);
  const state = await StateStore.open(options.home);
  const server = createServer();
  await listen(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://localhost:${port}`;
  const provider = createProvider(issuer, options, keys, state);
  provider.on('server_error', (_, error) => logger?.error({ err: error }, 'the identity provider failed'));
  const callback = provider.callback();
  const policy = contentSecurityPolicy(options);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(provider, callback, policy, request, response);
  });
  return {
    issuer,
    port,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await state.flush();
    },
  };
}

async function answer(
  provider: Provider,
  callback: ReturnType<Provider['callback']>,
  policy: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('content-security-policy', policy);
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');
  if (!isLocalHostHeader(request.headers.host)) {
    response.writeHead(421, { 'content-type': 'text/html; charset=utf-8' });
    response.end(errorPage('misdirected_request', 'This provider answers on this computer only.'));
    return;
  }
  if (request.url === stylesheetPath) {
    response.writeHead(200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' });
    response.end(stylesheet);
    return;
  }
  if (!(await answerInteraction(provider, request, response))) await callback(request, response);
}

/** No script of its own; where the provider submits a form by script it adds that script's hash to `script-src`. */
function contentSecurityPolicy({ portalUrl, dashboardUrl }: IdentityOptions): string {
  // A form's answer may redirect to the program that sent the person here, and browsers hold form-action against that too.
  const targets = `'self' ${portalUrl} ${dashboardUrl}`;
  return `default-src 'none'; script-src; style-src 'self'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const message = isTaken
        ? `port ${port} is taken; choose another with COFFER_IDENTITY_PORT`
        : `the demo identity provider cannot listen on port ${port}`;
      reject(new IdentityError(isTaken ? 'port-taken' : 'invalid-config', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
