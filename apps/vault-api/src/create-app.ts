import type { IncomingMessage } from 'node:http';
import { limits, toOpenApi } from '@coffer/contracts';
import { httpDuration } from '@coffer/observability';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module';
import { NestLogger } from './platform/nest-logger';
import { addRequestHooks, requestId } from './platform/request-hooks';
import type { VaultParts } from './platform/vault-parts';

/** The HTTP application over the parts of a running vault; not yet listening. */
export async function createApp(parts: VaultParts): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: (request: IncomingMessage) => requestId(request.headers),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    bodyLimit: limits.jsonBytes,
    // Slow senders: the head of a request within 10 s, all of it within 2 minutes (32 MiB at 2.2 Mbit/s).
    connectionTimeout: 0,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 600 },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  addRequestHooks(fastify, parts.log, httpDuration(parts.metrics));
  Logger.overrideLogger(new NestLogger(parts.log));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(parts), adapter);
  SwaggerModule.setup('docs', app, toOpenApi() as unknown as OpenAPIObject);
  return app;
}
