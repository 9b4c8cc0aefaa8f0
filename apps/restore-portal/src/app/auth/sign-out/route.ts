import { csrfHeaderName } from '@coffer/device-protocol';
import { cookies } from 'next/headers';
import { commonHeaders } from '../../../server/page-policy';
import { thisPortal } from '../../../server/portal';
import { problemResponse } from '../../../server/problem';
import { isCsrfToken, isSignedIn, openSession } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Ends the session and says where the browser goes next: to the provider, so that its session ends too. */
export async function POST(request: Request): Promise<Response> {
  const { config, identity } = thisPortal();
  const session = await openSession(await cookies(), config);
  const isOwn = request.headers.get('sec-fetch-site') === 'same-origin';
  if (!isOwn || (isSignedIn(session) && !isCsrfToken(session, request.headers.get(csrfHeaderName)))) {
    return problemResponse('forbidden', 'Only pages of this portal may ask here.');
  }
  const refreshToken = isSignedIn(session) ? session.refreshToken : null;
  session.destroy();
  const location = await identity.signOut(refreshToken).catch(() => `${config.portalUrl}/`);
  return Response.json({ location }, { headers: { ...commonHeaders, 'cache-control': 'no-store' } });
}
