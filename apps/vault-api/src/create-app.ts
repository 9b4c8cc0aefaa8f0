import type { IncomingMessage } from 'node:http';
import { limits, toOpenApi } from '@coffer/contracts';
import { httpDuration } from '@coffer/observability';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module';
import { requireModestJson } from './platform/json-body';
import { NestLogger } from './platform/nest-logger';
import { ProblemError } from './platform/problem';
import { addRequestHooks, requestId } from './platform/request-hooks';
import { RequestTokens } from './platform/request-tokens';
import { TokenVerifier } from './platform/token-verifier';
import type { VaultParts } from './platform/vault-parts';
import { RequestLimits } from './request-limits/request-limits';

/** The HTTP application over the parts of a running vault; not yet listening. */
export async function createApp(parts: VaultParts): Promise<NestFastifyApplication> {
  const { trustedProxies } = parts.config.requestLimits;
  const adapter = new FastifyAdapter({
    genReqId: (request: IncomingMessage) => requestId(request.headers),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    bodyLimit: limits.jsonBytes,
    // Slow senders: the head of a request within 10 s, all of it within 2 minutes (32 MiB at 2.2 Mbit/s).
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    connectionTimeout: 0,
    requestTimeout: 120_000,
    // Nobody's word about a client's address unless the operator has named whose.
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 600 },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  addRequestHooks(fastify, parts.log, httpDuration(parts.metrics));
  const { issuer, audience, staffClaim, staffRole } = parts.config;
  const tokens = new RequestTokens(new TokenVerifier({ issuer, audience, staffClaim, staffRole }));
  const requestLimits = new RequestLimits(tokens, parts.config.requestLimits, parts.metrics);
  fastify.addHook('onRequest', async (request) => {
    await requestLimits.admit(request);
    await tokens.require(request);
  });
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  adapter.useBodyParser('application/json', false, { bodyLimit: limits.jsonBytes }, (request, body, done) => {
    requireModestJson(body);
    void parseJson(request, body as unknown as string, done);
  });
  // No request of this API is a form; a page of another origin could send one unasked.
  adapter.useBodyParser('application/x-www-form-urlencoded', false, { bodyLimit: 0 }, () => {
    throw new ProblemError('malformed', 'A body of JSON expected.');
  });
  Logger.overrideLogger(new NestLogger(parts.log));
  // Left to itself Nest ends the process where a part fails: without the reason in one line, and with the vault still open.
  const options = { abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts, tokens), adapter, options);
  // Made when it is first asked for: it takes as long as a tenth of the whole start.
  SwaggerModule.setup('docs', app, () => toOpenApi() as unknown as OpenAPIObject);
  return app;
}
