import type { Route, RouteName, routes, SignedStatement } from '@coffer/contracts';
import type { z } from 'zod';

type Optional<Name extends string, Value> =
  Partial<Value> extends Value ? Readonly<Partial<Record<Name, Value>>> : Readonly<Record<Name, Value>>;

/** Headers that the client makes by itself. */
type OwnHeader = 'content-length' | 'coffer-statement' | 'idempotency-key';

type Params<R> = R extends { params: infer Schema extends z.ZodType } ? { readonly params: z.input<Schema> } : unknown;
type Query<R> = R extends { query: infer Schema extends z.ZodType } ? Optional<'query', z.input<Schema>> : unknown;
type Headers<R> = R extends { headers: infer Schema extends z.ZodType }
  ? [Exclude<keyof z.input<Schema>, OwnHeader>] extends [never]
    ? unknown
    : Optional<'headers', Omit<z.input<Schema>, OwnHeader>>
  : unknown;
type Body<R> = R extends { body: { kind: 'json'; schema: infer Schema extends z.ZodType } }
  ? { readonly body: z.input<Schema> }
  : R extends { body: { kind: 'bytes' } }
    ? { readonly body: Uint8Array<ArrayBuffer> }
    : unknown;
type Statement<R> = R extends { statement: { carrier: 'header' } } ? { readonly statement: SignedStatement } : unknown;
type IdempotencyKey<R> = R extends { headers: infer Schema extends z.ZodType }
  ? 'idempotency-key' extends keyof z.input<Schema>
    ? { readonly idempotencyKey?: string }
    : unknown
  : unknown;

/**
 * What a call takes: `params`, `query`, `headers` and `body` as the route's schemas say; `statement` where a route carries
 * one in a header; `idempotencyKey` where a route has one (made by the client where it is not given).
 */
export type CallInput<R> = Params<R> & Query<R> & Headers<R> & Body<R> & Statement<R> & IdempotencyKey<R>;

type Data<R> = R extends { response: { kind: 'json'; schema: infer Schema extends z.ZodType } }
  ? z.output<Schema>
  : R extends { response: { kind: 'text' } }
    ? string
    : R extends { response: { kind: 'bytes' } }
      ? ReadableStream<Uint8Array<ArrayBuffer>>
      : undefined;

/** The data of an answer together with those headers that the route gives a meaning to. */
export interface Answer<Content, HeaderName extends string = string> {
  readonly data: Content;
  readonly status: number;
  readonly headers: Readonly<Record<HeaderName, string | null>>;
}

/** What a call gives: the data, or an `Answer` where the route's response headers mean something. */
export type CallOutput<R> = R extends { responseHeaders: readonly (infer Name extends string)[] }
  ? Answer<Data<R>, Name>
  : Data<R>;

/** What may be said about one call. */
export interface CallOptions {
  /** Ends the call; it then throws VaultClientError `aborted`. */
  readonly signal?: AbortSignal;
  /** How long to wait for the answer, or for each further piece of a body that is streamed, in milliseconds. */
  readonly timeoutMs?: number;
}

/** One method of the client. */
export type Call<R> =
  Partial<CallInput<R>> extends CallInput<R>
    ? (input?: CallInput<R>, options?: CallOptions) => Promise<CallOutput<R>>
    : (input: CallInput<R>, options?: CallOptions) => Promise<CallOutput<R>>;

/** One method per route of the API, under the route's name. Each throws VaultClientError and nothing else. */
export type VaultClient = { readonly [Name in RouteName]: Call<(typeof routes)[Name]> };

/** A call as the inner parts see it, whatever its route. */
export interface AnyCallInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly statement?: SignedStatement;
  readonly idempotencyKey?: string;
}

/** A route and the name under which it is called. */
export interface NamedRoute {
  readonly name: string;
  readonly route: Route;
}
