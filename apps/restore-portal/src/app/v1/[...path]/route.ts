import { csrfHeaderName } from '@coffer/device-protocol';
import { cookies } from 'next/headers';
import { passOn } from '../../../server/gateway';
import { gatewayAccess } from '../../../server/portal-access';
import { PortalError } from '../../../server/portal-error';
import { thisPortal } from '../../../server/portal';
import { problemResponse } from '../../../server/problem';
import { openSession } from '../../../server/session';

export const dynamic = 'force-dynamic';

async function handle(request: Request): Promise<Response> {
  const { config, identity } = thisPortal();
  const session = await openSession(await cookies(), config);
  const access = gatewayAccess(session, request.headers.get(csrfHeaderName), identity);
  try {
    return await passOn({ apiUrl: config.apiUrl, request, access });
  } catch (error) {
    if (!(error instanceof PortalError)) throw error;
    if (error.code === 'session-ended') return problemResponse('unauthenticated', error.message);
    return problemResponse('service-unavailable', error.message, { retryAfterSeconds: 5 });
  }
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as POST, handle as PUT };
