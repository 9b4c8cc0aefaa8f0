import type { AccountRow } from '@coffer/key-vault';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem';
import type { TokenFacts } from './token-verifier';

/** Who calls: the account of the token, as it was when the request came in. */
export interface CallerFacts {
  readonly account: AccountRow;
  readonly token: TokenFacts;
}

const callers = new WeakMap<FastifyRequest, CallerFacts>();

/** Keeps what the guard found for the handler. */
export function setCaller(request: FastifyRequest, caller: CallerFacts): void {
  callers.set(request, caller);
}

/** The caller of a handler: `@Caller() caller: CallerFacts`. Not on public or staff routes. */
export const Caller = createParamDecorator((_data: undefined, context: ExecutionContext): CallerFacts => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new ProblemError('unauthenticated', 'This route has no account.');
  return caller;
});
