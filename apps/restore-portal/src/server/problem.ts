import { problemKinds, problemMediaType, problemType, type ProblemCode, type ProblemDetails } from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';
import { commonHeaders, dataPolicy } from './page-policy';

/** A refusal of the portal's own, in the form that the vault's refusals have (RFC 9457). */
export function problemResponse(
  code: ProblemCode,
  detail: string,
  extra: { readonly retryAfterSeconds?: number } = {},
): Response {
  const { status, title } = problemKinds[code];
  const requestId = newUuid();
  const body: ProblemDetails = { type: problemType(code), title, status, code, detail, requestId, ...extra };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...commonHeaders,
      'content-type': problemMediaType,
      'content-security-policy': dataPolicy,
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(extra.retryAfterSeconds === undefined ? {} : { 'retry-after': String(extra.retryAfterSeconds) }),
    },
  });
}
