import { commonHeaders } from './page-policy';

/** Refuses what no page of this dashboard sent. */
export function refuseForeignForm(): Response {
  const headers = { ...commonHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return new Response('Only pages of this dashboard may ask here.', { status: 403, headers });
}

/** Sends the browser on with GET; the answer is kept nowhere. */
export function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { ...commonHeaders, location, 'cache-control': 'no-store' } });
}
