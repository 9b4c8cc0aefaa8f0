import { fillPath, type Route } from '@coffer/contracts';
import type { WalkRequest } from '../access-walk-requests';

/** A request with sqlmap's mark behind every value that its sender chooses. */
export interface MarkedRequest {
  /** As on the wire. */
  readonly text: string;
  /** How many values are marked. */
  readonly marks: number;
}

/** Marks path, query, headers that the route reads, and each text and number of a JSON body. */
export function markedRequest(route: Route, request: WalkRequest, url: string, token: string): MarkedRequest {
  const mark = (value: unknown): string => `${String(value)}*`;
  const params = Object.entries(request.params ?? {}).map(([name, value]) => [name, mark(value)] as const);
  const given = new URLSearchParams(request.query ?? '');
  const query = Object.keys(route.query?.shape ?? {}).map((name) => `${name}=${mark(given.get(name) ?? '1')}`);
  const path = fillPath(route, Object.fromEntries(params)) + (query.length === 0 ? '' : `?${query.join('&')}`);
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${mark(value)}`);
  const isJson = request.body !== undefined && !(request.body instanceof Uint8Array);
  const lines = [
    `${route.method} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
    ...headers,
    ...(isJson ? ['Content-Type: application/json'] : []),
  ];
  const body = isJson ? markedJson(request.body) : '';
  const text = [...lines, '', body].join('\r\n');
  return { text, marks: text.split('*').length - 1 };
}

/** A number keeps its form: its mark stands behind its digits, without quotes. */
function markedJson(body: unknown): string {
  const marked = JSON.stringify(body, (_name, value: unknown) =>
    typeof value === 'string' ? `${value}*` : typeof value === 'number' ? `\u0001${value}*\u0001` : value,
  );
  return marked.replaceAll(/"\\u0001(.*?)\\u0001"/g, '$1');
}
