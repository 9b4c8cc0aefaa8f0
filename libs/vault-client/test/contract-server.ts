import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  problemKinds,
  problemMediaType,
  problemType,
  routes,
  type ProblemCode,
  type Route,
  type RouteName,
} from '@coffer/contracts';

/** A request as a handler sees it: parsed by the route's own schemas. */
export interface ContractRequest {
  readonly name: RouteName;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, string | undefined>;
  readonly body: unknown;
  readonly response: ServerResponse;
}

/** What a handler gives: an answer, or nothing where it answered by itself. */
export type ContractAnswer =
  | { readonly data?: unknown; readonly headers?: Record<string, string>; readonly status?: number }
  | {
      readonly problem: ProblemCode;
      readonly more?: Record<string, unknown>;
      readonly headers?: Record<string, string>;
    }
  | undefined;

export type Handlers = Partial<
  Record<RouteName, (request: ContractRequest) => ContractAnswer | Promise<ContractAnswer>>
>;

/** A running server over the table of routes. */
export interface ContractServer {
  readonly baseUrl: string;
  /** Every request in order, as `name` or `METHOD path` where no route fits. */
  readonly requests: { name: string; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

const matchers = Object.entries<Route>(routes).map(([name, route]) => {
  const expression = route.path.replaceAll(/\{(\+?)(\w+)\}/g, (_, rest: string, key: string) =>
    rest === '' ? `(?<${key}>[^/]+)` : `(?<${key}>.+)`,
  );
  return { name: name as RouteName, route, expression: new RegExp(`^${expression}$`) };
});

/** Serves the table of routes on loopback: each request is checked by the schemas of its route, then given to its handler. */
export async function startContractServer(handlers: Handlers): Promise<ContractServer> {
  const requests: ContractServer['requests'] = [];
  const server = createServer((request, response) => {
    void answer(request, response, handlers, requests).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: Handlers,
  requests: ContractServer['requests'],
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://contract.test');
  const match = matchers.find(
    ({ route, expression }) => route.method === request.method && expression.test(url.pathname),
  );
  requests.push({ name: match?.name ?? `${request.method} ${url.pathname}`, headers: request.headers });
  const handler = match === undefined ? undefined : handlers[match.name];
  if (match === undefined || handler === undefined) return refuse(response, 'not-found');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const { route, name, expression } = match;
  if (route.auth !== 'public' && request.headers.authorization === undefined)
    return refuse(response, 'unauthenticated');
  const raw = Object.entries(expression.exec(url.pathname)?.groups ?? {});
  const params = Object.fromEntries(raw.map(([key, value]) => [key, decodeURIComponent(value)]));
  const query = Object.fromEntries(url.searchParams);
  const body: unknown = route.body?.kind === 'json' ? JSON.parse(bytes.toString()) : bytes;
  const isSound =
    route.params?.safeParse(params).success !== false &&
    route.query?.safeParse(query).success !== false &&
    route.headers?.safeParse(request.headers).success !== false &&
    (route.body?.kind !== 'json' || route.body.schema.safeParse(body).success);
  if (!isSound) return refuse(response, 'malformed');
  const headers = request.headers as Record<string, string | undefined>;
  const result = await handler({ name, params, query, headers, body, response });
  if (result === undefined) return;
  if ('problem' in result) return refuse(response, result.problem, result.more, result.headers);
  const isJson = route.response.kind === 'json';
  const type = isJson
    ? 'application/json'
    : route.response.kind === 'text'
      ? route.response.mediaType
      : 'application/octet-stream';
  response.writeHead(result.status ?? route.status, {
    'content-type': type,
    'x-request-id': 'request-1',
    ...result.headers,
  });
  response.end(isJson ? JSON.stringify(result.data) : result.data);
}

function refuse(response: ServerResponse, code: ProblemCode, more = {}, headers = {}): void {
  const { status, title } = problemKinds[code];
  response.writeHead(status, { 'content-type': problemMediaType, ...headers });
  response.end(JSON.stringify({ type: problemType(code), title, status, code, requestId: 'request-1', ...more }));
}
