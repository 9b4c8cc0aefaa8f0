import {
  contentSha256HeaderName,
  grantHeaderName,
  idempotencyKeyHeaderName,
  limits,
  statementHeaderName,
} from '@coffer/contracts';
import { isPassedOn } from './gateway-routes';
import { limitBody } from './limit-body';
import { commonHeaders, dataPolicy } from './page-policy';
import { problemResponse } from './problem';

const requestHeaders = [
  'accept',
  'content-type',
  'content-length',
  'range',
  'if-match',
  'if-none-match',
  'traceparent',
  idempotencyKeyHeaderName,
  grantHeaderName,
  statementHeaderName,
  contentSha256HeaderName,
];
const responseHeaders = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'location',
  'retry-after',
  'www-authenticate',
  'x-request-id',
];

/** What the gateway needs of the session that a request belongs to. */
export interface GatewayAccess {
  /** Whether the request bears the CSRF token of its session. */
  readonly hasCsrfToken: boolean;
  /** An access token that is good for a while yet. @throws PortalError `session-ended`, `identity-unreachable` */
  readonly accessToken: () => Promise<string>;
}

export interface GatewayOptions {
  /** Address of the vault API, without `/v1`. */
  readonly apiUrl: string;
  readonly request: Request;
  /** Null where nobody is signed in. */
  readonly access: GatewayAccess | null;
  readonly fetch?: typeof fetch;
}

/**
 * Passes one `/v1` request on to the vault API with the session's bearer token, both bodies streamed. Only the device in a
 * page of this origin gets through: `Sec-Fetch-Site: same-origin`, the CSRF token, and a route of the contract.
 */
export async function passOn(options: GatewayOptions): Promise<Response> {
  const { request, access } = options;
  if (request.headers.get('sec-fetch-site') !== 'same-origin') {
    return problemResponse('forbidden', 'Only pages of this portal may ask here.');
  }
  if (access === null) return problemResponse('unauthenticated', 'Nobody is signed in. Sign in again.');
  const refused = refusal(request, access);
  if (refused !== null) return refused;
  const token = await access.accessToken();
  const { pathname, search } = new URL(request.url);
  const seen = { isTooLarge: false };
  const body =
    request.body === null ? null : limitBody(request.body, limits.objectBytes, () => (seen.isTooLarge = true));
  try {
    const answer = await (options.fetch ?? fetch)(`${options.apiUrl}${pathname}${search}`, {
      method: request.method,
      headers: {
        ...pick(request.headers, requestHeaders),
        authorization: `Bearer ${token}`,
        // What is sealed does not compress, and ranges are of bytes as they are stored.
        'accept-encoding': 'identity',
      },
      ...(body === null ? {} : { body, duplex: 'half' }),
      signal: request.signal,
      cache: 'no-store',
      redirect: 'error',
    });
    return new Response(answer.body, {
      status: answer.status,
      headers: {
        ...pick(answer.headers, responseHeaders),
        ...commonHeaders,
        'content-security-policy': dataPolicy,
        'cache-control': 'no-store, no-transform',
      },
    });
  } catch {
    if (seen.isTooLarge) return tooLarge();
    return problemResponse('service-unavailable', 'The vault cannot be reached now. Nothing was changed here.', {
      retryAfterSeconds: 5,
    });
  }
}

/** Why the request of a session does not get through; null where it does. */
function refusal(request: Request, access: GatewayAccess): Response | null {
  if (!access.hasCsrfToken) {
    return problemResponse('forbidden', 'The request does not bear the token of this session. Reload the page.');
  }
  if (!isPassedOn(request.method, new URL(request.url).pathname)) {
    return problemResponse('not-found', 'There is no such route.');
  }
  if (Number(request.headers.get('content-length') ?? 0) > limits.objectBytes) return tooLarge();
  return null;
}

function tooLarge(): Response {
  return problemResponse('too-large', `A body may have ${limits.objectBytes} bytes at most. Nothing was stored.`);
}

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
