import { randomBytes } from '@coffer/crypto';
import { readU32be, systemClock, type Clock } from '@coffer/foundation';
import pLimit from 'p-limit';

import { ObjectStoreError } from '../../errors';

/** One request. */
export interface HttpRequest {
  readonly method: string;
  /** May hold a token where a protocol wants it there; it is never shown. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Read piece by piece, until the request is answered or given up and no longer. */
  readonly body?: Uint8Array | string;
}

/** An answer, its body not read yet: whoever gets it reads or cancels it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** How often the request was sent: after the first time the server may have done it before. */
  readonly attempts: number;
  /** The whole body as text, up to 16 MiB; may be asked for again. @throws ObjectStoreError `unreachable` */
  text(): Promise<string>;
  /** The body piece by piece, once. It throws ObjectStoreError `unreachable` where the connection breaks. */
  content(): AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody wants. */
  discard(): Promise<void>;
}

/** How a service is used: bounds and waits. */
export interface HttpPolicy {
  /** Tries of one request, the first included; 6 unless told. */
  readonly maxAttempts?: number;
  /** Requests on their way at once; 4 unless told. */
  readonly concurrency?: number;
  /** Waits; the system's timer unless told. */
  readonly pauseMs?: (milliseconds: number) => Promise<void>;
  readonly clock?: Clock;
  /** Whether an answer means "later", besides 408, 429, 500, 502, 503 and 504. */
  readonly isBusy?: (answer: HttpAnswer) => Promise<boolean> | boolean;
}

const busyStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const firstWaitMs = 250;
const longestWaitMs = 30_000;
/** A server that asks for more is not waited for: the next run goes on. */
const longestRetryAfterMs = 120_000;
const largestTextBytes = 16 * 1024 * 1024;
const pieceBytes = 64 * 1024;

/**
 * Requests to one service by the platform's `fetch`: a bounded number at once, each tried again with growing, jittered waits that
 * honour Retry-After, until the tries are used up. Redirects are not followed: credentials go to the host that was named, and to no
 * other.
 */
export class HttpService {
  readonly #policy: HttpPolicy;
  readonly #limit: ReturnType<typeof pLimit>;

  constructor(policy: HttpPolicy = {}) {
    this.#policy = policy;
    this.#limit = pLimit(policy.concurrency ?? 4);
  }

  /**
   * Sends a request until it is answered. An answer that means "later" is returned as it is once the tries are used up.
   *
   * @param request - called for each try, so that credentials may have been renewed meanwhile
   * @param maxAttempts - in place of the policy's, for what must not be sent again as it is
   * @throws ObjectStoreError `unreachable` where there was no answer at all
   */
  send(request: () => Promise<HttpRequest> | HttpRequest, maxAttempts = this.maxAttempts): Promise<HttpAnswer> {
    return this.#limit(() => this.#sendUntilAnswered(request, maxAttempts));
  }

  get maxAttempts(): number {
    return this.#policy.maxAttempts ?? 6;
  }

  /** Waits as after the failed try of this number, or as long as its answer asks. @returns whether that was not too long to wait */
  async pauseAfter(attempt: number, answer?: Pick<HttpAnswer, 'headers'>): Promise<boolean> {
    const waitMs = waitOf(answer, attempt, this.#policy.clock ?? systemClock);
    if (waitMs > longestRetryAfterMs) return false;
    await (this.#policy.pauseMs ?? pause)(waitMs);
    return true;
  }

  async #sendUntilAnswered(
    request: () => Promise<HttpRequest> | HttpRequest,
    attemptsAllowed: number,
  ): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= attemptsAllowed;
      let answer: HttpAnswer | undefined;
      try {
        answer = await sendOnce(await request(), attempt);
        const isBusy = busyStatuses.has(answer.status) || ((await this.#policy.isBusy?.(answer)) ?? false);
        if (!isBusy || isLast) return answer;
      } catch (error) {
        if (!(error instanceof ObjectStoreError) || !error.isRetryable || isLast) throw error;
      }
      if (!(await this.pauseAfter(attempt, answer)) && answer !== undefined) return answer;
      await answer?.discard();
    }
  }
}

/** How long an answer asks to wait, in milliseconds (RFC 9110, section 10.2.3); undefined where it does not say. */
export function retryAfterMs(headers: Headers, clock: Clock): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // `Date.parse` makes dates of nearly anything.
  const atMs = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - clock.nowMs());
}

/** "Equal jitter": half of the wait is fixed, half is random, so that many devices do not come back at once. */
function waitOf(answer: Pick<HttpAnswer, 'headers'> | undefined, attempt: number, clock: Clock): number {
  const grownMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  const jitteredMs = grownMs / 2 + (grownMs / 2) * (readU32be(randomBytes(4), 0) / 0x1_0000_0000);
  const askedMs = answer === undefined ? undefined : retryAfterMs(answer.headers, clock);
  return Math.max(jitteredMs, askedMs ?? 0);
}

async function sendOnce({ method, url, headers, body }: HttpRequest, attempts: number): Promise<HttpAnswer> {
  let response: Response;
  const sending = { isOver: false };
  try {
    response = await fetch(url, {
      method,
      redirect: 'manual',
      // Compressed answers have no length, and ranges of them mean nothing.
      headers: {
        'accept-encoding': 'identity',
        ...headers,
        ...(body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}),
      },
      ...(body instanceof Uint8Array ? { body: piecesOf(body, sending), duplex: 'half' } : {}),
      ...(typeof body === 'string' ? { body } : {}),
    });
  } catch (cause) {
    throw networkError(cause, 'the store does not answer; nothing was lost, check the network and try again');
  } finally {
    sending.isOver = true;
  }
  let text: Promise<string> | undefined;
  return {
    status: response.status,
    headers: response.headers,
    attempts,
    text: () => (text ??= textOf(response)),
    content: () => contentOf(response),
    discard: () => discard(response),
  };
}

/**
 * Copies, one after the other: `fetch` would copy the whole at once and keep it, as memory that this program owes to nobody. A server may
 * answer before all has come: then nothing of the rest is read, for its memory is the caller's again.
 */
function piecesOf(bytes: Uint8Array, sending: { isOver: boolean }): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull: (controller) => {
        if (sending.isOver) controller.error(new TypeError('the answer came before all was sent'));
        else if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, (at += pieceBytes)));
      },
    },
    { highWaterMark: 0 },
  );
}

/** A short body is read, which keeps the connection; a long one is cut off. */
async function discard(response: Response): Promise<void> {
  if (response.bodyUsed) return;
  const isShort = Number(response.headers.get('content-length') ?? Number.NaN) <= 65_536;
  await (isShort ? response.arrayBuffer() : response.body?.cancel())?.catch(() => undefined);
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of contentOf(response)) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > largestTextBytes)
      throw new ObjectStoreError('unreachable', 'the answer of the store is too long');
  }
  return text + decoder.decode();
}

async function* contentOf(response: Response): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return;
  try {
    for await (const piece of response.body as AsyncIterable<Uint8Array>) yield piece;
  } catch (cause) {
    throw networkError(cause, 'the store broke off in the middle; try again');
  }
}

/** Certificates that are not believed do not get better by trying again. */
const certificateCodes = /^(?:CERT_.+|ERR_TLS_.+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.+)$/;

/** What `fetch` throws, without the URL: that may hold a token. */
function networkError(cause: unknown, message: string): ObjectStoreError {
  const system = codeOf(cause instanceof Error ? cause.cause : undefined) ?? codeOf(cause);
  if (system !== undefined && certificateCodes.test(system)) {
    const words = 'the certificate of the store is not one that this device trusts; nothing was sent';
    return new ObjectStoreError('unreachable', words, { isRetryable: false, fields: { system } });
  }
  return new ObjectStoreError('unreachable', message, system === undefined ? {} : { fields: { system } });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
