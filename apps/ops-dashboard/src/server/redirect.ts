import { commonHeaders } from './page-policy';

/** Sends the browser on with GET; the answer is kept nowhere. */
export function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { ...commonHeaders, location, 'cache-control': 'no-store' } });
}
