import { problemMediaType } from '@coffer/contracts';
import type { Logger } from '@coffer/observability';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toProblem } from './problem';

/** Every failure leaves as problem+json (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { details, retryAfterSeconds, isUnexpected } = toProblem(error, request.id);
    if (isUnexpected) this.#log.error({ err: error, requestId: request.id }, 'a request failed unexpectedly');
    else if (details.status >= 500) this.#log.warn({ code: details.code, requestId: request.id }, details.title);
    if (reply.sent) return;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
    if (details.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(details.status).type(problemMediaType).send(details);
  }
}
