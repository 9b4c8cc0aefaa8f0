import { routes, type Route } from '@coffer/contracts';
import { systemClock, type Clock } from '@coffer/foundation';

import { readAnswer } from './answer';
import type { AnyCallInput, CallOptions, NamedRoute, VaultClient } from './call';
import { VaultClientError } from './client-error';
import { prepareRequest, type PreparedRequest } from './request';
import { defaultRetryPolicy, retryWaitMs, sleep, type RetryPolicy } from './retry';

/** How a client reaches its vault. */
export interface VaultClientOptions {
  /** Address before `/v1`, without a final slash, e.g. `apiUrl` of deployment.json; empty for the page's own origin. */
  readonly baseUrl: string;
  /**
   * Gives an access token. Called for every request to a route that needs one; `refused` is the token that the vault has just
   * turned away as expired, so that a fresh one can be got. Omitted where a proxy in between adds the token.
   */
  readonly token?: (refused?: string) => Promise<string>;
  /** Defaults to the platform's. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Added to every request, e.g. a CSRF token or `traceparent`. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** How long to wait for an answer, in milliseconds; uploads get more by their size. Default: 30 s. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Waits between tries; for tests. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** From 0 inclusive to 1 exclusive, for jitter; for tests. */
  readonly random?: () => number;
}

/** A line so slow that an upload over it is given up, bytes per millisecond (16 KB/s). */
const slowestUpload = 16;

/**
 * A client of one vault: one method per route (`client.startLogin({ body })`). Every answer is checked against the
 * contract; refusals are thrown as VaultClientError with the problem's code.
 */
export function createVaultClient(options: VaultClientOptions): VaultClient {
  const caller = new Caller(options);
  const calls = Object.entries<Route>(routes).map(([name, route]) => [
    name,
    (input: AnyCallInput = {}, callOptions: CallOptions = {}) => caller.call({ name, route }, input, callOptions),
  ]);
  return Object.fromEntries(calls) as VaultClient;
}

class Caller {
  readonly #options: VaultClientOptions;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #policy: RetryPolicy;

  constructor(options: VaultClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#clock = options.clock ?? systemClock;
    this.#policy = { ...defaultRetryPolicy, ...options.retry };
  }

  async call(named: NamedRoute, input: AnyCallInput, options: CallOptions): Promise<unknown> {
    const request = prepareRequest(named, input);
    const wait = this.#options.sleep ?? sleep;
    for (let failedTries = 1; ; failedTries++) {
      try {
        return await this.#withToken(named, request, options);
      } catch (error) {
        if (!(error instanceof VaultClientError)) throw error;
        const waitMs = retryWaitMs(error, named.route.isIdempotent, failedTries, this.#policy, this.#options.random);
        if (waitMs === undefined) throw error;
        await wait(waitMs, options.signal);
      }
    }
  }

  /** One try; a token that the vault calls expired is replaced once, for the request was turned away unseen. */
  async #withToken(named: NamedRoute, request: PreparedRequest, options: CallOptions): Promise<unknown> {
    const provider = named.route.auth === 'public' ? undefined : this.#options.token;
    if (provider === undefined) return this.#send(named, request, undefined, options);
    const token = await provider();
    try {
      return await this.#send(named, request, token, options);
    } catch (error) {
      if (!(error instanceof VaultClientError) || error.code !== 'token-expired') throw error;
      return await this.#send(named, request, await provider(token), options);
    }
  }

  async #send(
    named: NamedRoute,
    request: PreparedRequest,
    token: string | undefined,
    options: CallOptions,
  ): Promise<unknown> {
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs ?? 30_000;
    const deadline = new Deadline(timeoutMs);
    deadline.extend((request.body?.length ?? 0) / slowestUpload);
    const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, options.signal]);
    try {
      const response = await this.#fetch(`${this.#options.baseUrl}${request.target}`, {
        method: named.route.method,
        headers: { ...this.#extraHeaders(), ...request.headers, ...(token === undefined ? {} : bearer(token)) },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal,
        cache: 'no-store',
        // A token never follows a redirect.
        redirect: 'error',
      });
      deadline.extend();
      const onProgress = (isDone: boolean) => (isDone ? deadline.end() : deadline.extend());
      return await readAnswer(response, { ...named, clock: this.#clock, onProgress });
    } catch (cause) {
      deadline.end();
      throw this.#toClientError(cause, named, deadline, options.signal);
    }
  }

  #extraHeaders(): Readonly<Record<string, string>> {
    const { headers } = this.#options;
    return typeof headers === 'function' ? headers() : (headers ?? {});
  }

  #toClientError(cause: unknown, { name, route }: NamedRoute, deadline: Deadline, signal: AbortSignal | undefined) {
    if (cause instanceof VaultClientError) return cause;
    if (signal?.aborted === true) {
      return new VaultClientError('aborted', `${name}: the call was ended by its caller`, {}, { cause });
    }
    const state = route.isIdempotent ? 'trying again is safe' : 'it may have been done: look before trying again';
    const isLate = deadline.signal.aborted;
    const message = isLate ? 'the vault did not answer in time' : 'the vault could not be reached';
    const code = isLate ? 'timed-out' : 'unreachable';
    return new VaultClientError(code, `${name}: ${message}; ${state}`, {}, { cause, isRetryable: true });
  }
}

/** Aborts when nothing has moved for a while. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  extend(moreMs = 0): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs + moreMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
