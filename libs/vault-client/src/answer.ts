import { limits, problemDetails, problemKinds, problemMediaType, type ProblemCode } from '@coffer/contracts';
import { concatBytes, fromUtf8, type Clock } from '@coffer/foundation';

import type { Answer, NamedRoute } from './call';
import { fromProblem, VaultClientError } from './client-error';

/** What an answer is read with. */
export interface AnswerContext extends NamedRoute {
  readonly clock: Clock;
  /** Called for every piece of a streamed body and, with `true`, at its end. */
  readonly onProgress: (isDone: boolean) => void;
}

/**
 * Reads one answer.
 *
 * @returns the data, or an `Answer` where the route's response headers mean something
 * @throws VaultClientError of the problem's code, or `unexpected-response`
 */
export async function readAnswer(response: Response, context: AnswerContext): Promise<unknown> {
  const { route } = context;
  if (response.status !== route.status && route.otherStatuses?.includes(response.status) !== true) {
    throw await readProblem(response, context);
  }
  const data = await readData(response, context);
  if (route.responseHeaders === undefined) return data;
  const headers = Object.fromEntries(route.responseHeaders.map((name) => [name, response.headers.get(name)]));
  return { data, status: response.status, headers } satisfies Answer<unknown>;
}

async function readData(response: Response, context: AnswerContext): Promise<unknown> {
  const payload = context.route.response;
  switch (payload.kind) {
    case 'none':
      await response.body?.cancel();
      context.onProgress(true);
      return undefined;
    case 'bytes':
      return streamOf(response, context.onProgress);
    case 'text':
      return readText(response, limits.largeJsonBytes, context);
    case 'json': {
      const text = await readText(
        response,
        payload.isLarge === true ? limits.largeJsonBytes * 2 : 4 * 1024 * 1024,
        context,
      );
      const result = payload.schema.safeParse(parseJson(text));
      if (result.success) return result.data;
      const place = result.error.issues[0]?.path.map(String).join('.') ?? '';
      throw unexpected(response, context, place === '' ? 'its body' : `its field ${place}`);
    }
  }
}

/** The error that a refusal stands for. A HEAD has no body: there the status alone speaks. */
async function readProblem(response: Response, context: AnswerContext): Promise<VaultClientError> {
  const retryAfterSeconds = retryAfterOf(response, context.clock);
  if (context.route.method === 'HEAD') {
    const code = bodilessCodes[response.status];
    if (code === undefined) return unexpected(response, context, 'its status');
    const facts = { status: response.status, requestId: requestIdOf(response), retryAfterSeconds };
    return new VaultClientError(code, problemKinds[code].title, facts, { isRetryable: problemKinds[code].isRetryable });
  }
  const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim();
  const text = await readText(response, limits.jsonBytes, context);
  const problem = mediaType === problemMediaType ? problemDetails.safeParse(parseJson(text)) : undefined;
  if (problem?.success !== true) return unexpected(response, context, 'its status', retryAfterSeconds);
  return fromProblem(problem.data, problemKinds[problem.data.code].isRetryable, retryAfterSeconds);
}

const bodilessCodes: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed',
  401: 'token-expired',
  403: 'grant-invalid',
  404: 'not-found',
  429: 'rate-limited',
  503: 'service-unavailable',
};

function unexpected(
  response: Response,
  { name }: AnswerContext,
  what: string,
  retryAfterSeconds?: number,
): VaultClientError {
  // A gateway in between, not the vault, speaks like this when the vault is away.
  const isGateway = [502, 503, 504].includes(response.status);
  const facts = { status: response.status, requestId: requestIdOf(response), retryAfterSeconds };
  const message = `${name}: the answer (HTTP ${response.status}) does not follow the contract in ${what}; nothing of it was used. Check that the address is a vault of this version.`;
  return new VaultClientError('unexpected-response', message, facts, { isRetryable: isGateway });
}

function requestIdOf(response: Response): string | undefined {
  return response.headers.get('x-request-id') ?? undefined;
}

/** Seconds of a Retry-After header (RFC 9110, section 10.2.3), which may also be a date. */
function retryAfterOf(response: Response, clock: Clock): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - clock.nowMs()) / 1000));
}

async function readText(response: Response, mostBytes: number, context: AnswerContext): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of piecesOf(streamOf(response, context.onProgress))) {
    length += piece.length;
    if (length > mostBytes) throw unexpected(response, context, 'the size of its body');
    parts.push(piece);
  }
  try {
    return fromUtf8(concatBytes(...parts));
  } catch {
    throw unexpected(response, context, 'the encoding of its body');
  }
}

/** `undefined`, which no schema takes, where the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The body with every piece reported, so that a stalled transfer can be told from a slow one. */
function streamOf(response: Response, onProgress: (isDone: boolean) => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (response.body === null) {
    onProgress(true);
    return new ReadableStream({ start: (controller) => controller.close() });
  }
  const report = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (piece, controller) => {
      onProgress(false);
      controller.enqueue(piece);
    },
    flush: () => onProgress(true),
  });
  return response.body.pipeThrough(report);
}

/** The pieces of a stream, one after the other; leaving early cancels it. Not every browser can iterate streams itself. */
export async function* piecesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const reader = stream.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
