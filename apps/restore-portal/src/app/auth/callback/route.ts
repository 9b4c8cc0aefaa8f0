import { cookies } from 'next/headers';
import { PortalError } from '../../../server/portal-error';
import { thisPortal } from '../../../server/portal';
import { redirectTo } from '../../../server/redirect';
import { openPendingSignIn, openSession, type PendingSignIn } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Takes the provider's answer. Only the browser that began this sign-in can end it, once. */
export async function GET(request: Request): Promise<Response> {
  const { config, identity } = thisPortal();
  const store = await cookies();
  const signIn = await openPendingSignIn(store, config);
  const { state, nonce, codeVerifier } = signIn;
  signIn.destroy();
  if (state === undefined || nonce === undefined || codeVerifier === undefined) {
    return redirectTo(`${config.portalUrl}/?sign-in=failed`);
  }
  const pending: PendingSignIn = { state, nonce, codeVerifier };
  try {
    const session = await openSession(store, config);
    Object.assign(session, await identity.finishSignIn(new URL(request.url), pending));
    await session.save();
    return redirectTo(`${config.portalUrl}/`);
  } catch (error) {
    const isAway = error instanceof PortalError && error.code === 'identity-unreachable';
    return redirectTo(`${config.portalUrl}/?sign-in=${isAway ? 'unreachable' : 'failed'}`);
  }
}
