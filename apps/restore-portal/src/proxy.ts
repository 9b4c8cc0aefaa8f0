import { NextResponse, type NextRequest } from 'next/server';
import { commonHeaders, newNonce, pagePolicy } from './server/page-policy';

/** Gives every page its own nonce and policy. Next reads the nonce from the request's header while it renders. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = newNonce();
  const policy = pagePolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('cache-control', 'no-store');
  for (const [name, value] of Object.entries(commonHeaders)) response.headers.set(name, value);
  return response;
}

// Not /v1: what passes here is buffered and cut at 10 MB. Not the device, its deployment and the worker of messages: they have policies of their own.
export const config = { matcher: ['/((?!v1/|device/|push/|auth/|_next/).*)'] };
