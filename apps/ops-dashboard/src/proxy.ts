import { NextResponse, type NextRequest } from 'next/server';
import { thisDashboard } from './server/dashboard';
import { commonHeaders, newNonce, pagePolicy, pathHeaderName } from './server/page-policy';
import { renewSession } from './server/renew-session';

/** Renews the session where it is about to end, and gives every page its own nonce and policy. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { config, identity } = thisDashboard();
  const renewed: (readonly [name: string, value: string, options: object])[] = [];
  const store = {
    get: (name: string) => request.cookies.get(name),
    getAll: () => request.cookies.getAll(),
    set: (name: string, value: string, options: object) => {
      // For this request's own page, and for the browser.
      request.cookies.set(name, value);
      renewed.push([name, value, options]);
    },
  };
  await renewSession(store, config, identity);
  const nonce = newNonce();
  const policy = pagePolicy(nonce, [new URL(config.issuer).origin]);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  headers.set(pathHeaderName, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value, options] of renewed) response.cookies.set(name, value, options);
  response.headers.set('content-security-policy', policy);
  response.headers.set('cache-control', 'no-store');
  for (const [name, value] of Object.entries(commonHeaders)) response.headers.set(name, value);
  return response;
}

// Next reads the nonce from the request's header while it renders a page; files and the sign-in's redirects have no page.
export const config = { matcher: ['/((?!auth/|_next/).*)'] };
