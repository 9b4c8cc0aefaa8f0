import { routes, type Route, type RouteName } from '@coffer/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { routeMetadata } from './contract-route';
import { ProblemError } from './problem';

type Parsed<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined;
type BodyOf<R extends Route> = R['body'] extends { readonly kind: 'json'; readonly schema: infer Schema }
  ? Parsed<Schema>
  : undefined;

/** What a request to a route brings, parsed by the contract's schemas. */
export interface InputOf<Name extends RouteName> {
  readonly params: Parsed<(typeof routes)[Name] extends { readonly params: infer S } ? S : undefined>;
  readonly query: Parsed<(typeof routes)[Name] extends { readonly query: infer S } ? S : undefined>;
  readonly headers: Parsed<(typeof routes)[Name] extends { readonly headers: infer S } ? S : undefined>;
  readonly body: BodyOf<(typeof routes)[Name]>;
}

/** The parsed input of a handler: `@Input() input: InputOf<'startLogin'>`. Refuses what the contract does not know. */
export const Input = createParamDecorator((_data: undefined, context: ExecutionContext): unknown => {
  const name = Reflect.getMetadata(routeMetadata, context.getHandler()) as RouteName;
  return readInput(routes[name], context.switchToHttp().getRequest<FastifyRequest>());
});

/** @throws ProblemError `malformed` naming paths, never values */
export function readInput(
  route: Route,
  request: Pick<FastifyRequest, 'params' | 'query' | 'headers' | 'body'>,
): unknown {
  const problems: { path: string; message: string }[] = [];
  const parse = (schema: z.ZodType | undefined, value: unknown, where: string): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      problems.push({ path: [where, ...path.map(String)].join('.'), message });
    }
    return undefined;
  };
  const input = {
    params: parse(route.params, namedParams(route, request.params), 'params'),
    query: parse(route.query, { ...(request.query as object) }, 'query'),
    headers: parse(route.headers, request.headers, 'headers'),
    body: route.body?.kind === 'json' ? parse(route.body.schema, request.body ?? {}, 'body') : undefined,
  };
  if (problems.length > 0) {
    throw new ProblemError('malformed', 'The request does not have the form that this route expects.', {
      problems: problems.slice(0, 20),
    });
  }
  return input;
}

/**
 * Refuses a query or a body on a route that has none, as a field that a schema does not know is refused: whoever sends one
 * expects something of it.
 *
 * @throws ProblemError `malformed`
 */
export function requireNothingElse(route: Route, request: Pick<FastifyRequest, 'query' | 'body'>): void {
  const surplus = [
    ...(route.query === undefined && isFilled(request.query) ? ['query'] : []),
    ...(route.body === undefined && isFilled(request.body) ? ['body'] : []),
  ];
  if (surplus.length === 0) return;
  throw new ProblemError('malformed', 'The request does not have the form that this route expects.', {
    problems: surplus.map((path) => ({ path, message: 'this route takes none' })),
  });
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined;
}

/** Fastify calls the rest of a path `*`; the template says its name. */
function namedParams(route: Route, params: unknown): Record<string, unknown> {
  const { '*': rest, ...named } = { ...(params as Record<string, unknown>) };
  const name = /\{\+(\w+)\}/.exec(route.path)?.[1];
  return name === undefined ? named : { ...named, [name]: rest };
}
