import {
  fillPath,
  idempotencyKeyHeaderName,
  problemMediaType,
  statementHeaderName,
  toStatementHeader,
  type Route,
} from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';
import { z } from 'zod';

import type { AnyCallInput, NamedRoute } from './call';
import { VaultClientError } from './client-error';

/** A request that follows the contract, less the token. */
export interface PreparedRequest {
  /** Path and query, from the root. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Builds the request of one call. The same prepared request serves every repetition, so that an idempotency key made here
 * names one act.
 *
 * @throws VaultClientError `invalid-request` where the input does not follow the contract; it names the part, not its value
 */
export function prepareRequest({ name, route }: NamedRoute, input: AnyCallInput): PreparedRequest {
  const check = (part: string, schema: z.ZodType | undefined, value: unknown) => {
    const result = schema?.safeParse(value);
    if (result?.success === false) throw invalidRequest(name, part, result.error);
  };
  const body = toBody(route, input.body);
  const headers = toHeaders(route, input);
  check('params', route.params, input.params ?? {});
  check('query', route.query, withoutUndefined(input.query));
  check('headers', route.headers, { ...headers, 'content-length': body?.length ?? 0 });
  if (route.body?.kind === 'json') check('body', route.body.schema, input.body);
  return { target: `${fillPath(route, input.params)}${toSearch(input.query)}`, headers, body };
}

function toBody(route: Route, body: unknown): PreparedRequest['body'] {
  if (route.body?.kind === 'json') return JSON.stringify(body);
  return route.body?.kind === 'bytes' ? (body as Uint8Array<ArrayBuffer>) : undefined;
}

function toHeaders(route: Route, input: AnyCallInput): Record<string, string> {
  const mediaTypes = {
    json: 'application/json',
    text: 'text/plain, application/json',
    bytes: 'application/octet-stream',
  };
  const accepted = route.response.kind === 'none' ? '*/*' : mediaTypes[route.response.kind];
  const headers: Record<string, string> = {
    ...withoutUndefined(input.headers),
    accept: `${accepted}, ${problemMediaType}`,
  };
  if (route.body?.kind === 'json') headers['content-type'] = 'application/json';
  if (route.body?.kind === 'bytes') headers['content-type'] = 'application/octet-stream';
  if (input.statement !== undefined) headers[statementHeaderName] = toStatementHeader(input.statement);
  if (route.headers !== undefined && idempotencyKeyHeaderName in route.headers.shape) {
    headers[idempotencyKeyHeaderName] = input.idempotencyKey ?? newUuid();
  }
  return headers;
}

function toSearch(query: AnyCallInput['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(withoutUndefined(query))) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function withoutUndefined<Value>(
  record: Readonly<Record<string, Value | undefined>> | undefined,
): Record<string, Value> {
  const entries = Object.entries(record ?? {});
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function invalidRequest(name: string, part: string, error: z.ZodError): VaultClientError {
  const where = error.issues[0]?.path.map(String).join('.') ?? '';
  const place = where === '' ? part : `${part}.${where}`;
  return new VaultClientError('invalid-request', `${name}: ${place} does not follow the contract; nothing was sent`);
}
