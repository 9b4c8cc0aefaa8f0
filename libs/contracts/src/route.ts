import type { z } from 'zod';
import { problemCodes, type ProblemCode } from './problems';
import type { StatementPurpose } from './signed-statement';

/** Who may call a route. `owner` = token plus a statement of the owner key; `fresh` = token of a sign-in just made. */
export type RouteAuth = 'public' | 'token' | 'fresh' | 'owner' | 'staff';

/** What travels in a body: JSON of a schema, text as it is, bytes as they are, or nothing. */
export type RoutePayload =
  | { readonly kind: 'json'; readonly schema: z.ZodType; readonly isLarge?: boolean }
  | { readonly kind: 'text'; readonly mediaType: string }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'none' };

/** One route as data: the vault registers it, the client calls it, the OpenAPI document lists it. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** RFC 6570 template from the root: `{name}`, and `{+path}` where the rest of the path is taken with its slashes. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly auth: RouteAuth;
  /** When the sign-in must be fresh beside what `auth` says. */
  readonly freshLogin?: 'always' | 'first-claim';
  /** Purpose of the statement that the request carries, and where. */
  readonly statement?: { readonly purpose: StatementPurpose; readonly carrier: 'body' | 'header' };
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Names in lower case; other headers are not looked at. */
  readonly headers?: z.ZodObject;
  readonly body?: RoutePayload;
  readonly status: number;
  /** Further success statuses, e.g. 206 for a range. */
  readonly otherStatuses?: readonly number[];
  readonly response: RoutePayload;
  /** Headers of the answer that mean something. */
  readonly responseHeaders?: readonly string[];
  /** What this route may refuse with, beside what `auth` and every route imply. */
  readonly problems: readonly ProblemCode[];
  /** Whether repeating the identical request is harmless, so that a client may do it by itself. */
  readonly isIdempotent: boolean;
}

/** Keeps the literal types of a table of routes. */
export function defineRoutes<const Table extends Readonly<Record<string, Route>>>(table: Table): Table {
  return table;
}

/** Every problem code that a route may answer with, in the order of the table of problems. */
export function problemsOf(route: Route): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>(['rate-limited', 'service-unavailable', ...route.problems]);
  if (route.params ?? route.query ?? route.headers ?? route.body) codes.add('malformed');
  if (route.body !== undefined && route.body.kind !== 'none') codes.add('too-large');
  if (route.auth !== 'public') for (const code of ['unauthenticated', 'token-expired'] as const) codes.add(code);
  if (route.auth !== 'public' && route.auth !== 'staff') {
    codes.add('vault-sealed').add('account-sealed').add('account-closed');
  }
  if (route.auth === 'staff') codes.add('forbidden');
  if (route.auth === 'fresh' || route.freshLogin !== undefined) codes.add('fresh-login-required');
  if (route.statement !== undefined) codes.add('statement-invalid');
  if (route.statement !== undefined && route.statement.purpose !== 'head') {
    codes.add('challenge-spent').add('wrong-owner-generation');
  }
  return problemCodes.filter((code) => codes.has(code));
}

/**
 * The path of a request: parameters percent-encoded, `{+path}` part by part.
 *
 * @throws RangeError where the template names a parameter that is not given
 */
export function fillPath(route: Pick<Route, 'path'>, params: Readonly<Record<string, string | number>> = {}): string {
  return route.path.replaceAll(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) => {
    const value = params[name];
    if (value === undefined) throw new RangeError(`parameter ${name} is missing`);
    const text = String(value);
    return rest === '' ? encodeURIComponent(text) : text.split('/').map(encodeURIComponent).join('/');
  });
}
