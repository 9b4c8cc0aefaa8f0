import { cookies } from 'next/headers';
import { thisDashboard } from '../../../server/dashboard';
import { DashboardError } from '../../../server/dashboard-error';
import { redirectTo } from '../../../server/redirect';
import { openPendingSignIn, openSession, safeReturn } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Takes the provider's answer. Only the browser that began this sign-in can end it, once. */
export async function GET(request: Request): Promise<Response> {
  const { config, identity } = thisDashboard();
  const store = await cookies();
  const signIn = await openPendingSignIn(store, config);
  const { state, nonce, codeVerifier } = signIn;
  const returnTo = safeReturn(signIn.returnTo);
  signIn.destroy();
  const back = (outcome: string) =>
    redirectTo(`${config.dashboardUrl}/?sign-in=${outcome}&to=${encodeURIComponent(returnTo)}`);
  if (state === undefined || nonce === undefined || codeVerifier === undefined) return back('failed');
  try {
    const signedIn = await identity.finishSignIn(new URL(request.url), { state, nonce, codeVerifier, returnTo });
    const session = await openSession(store, config);
    Object.assign(session, signedIn);
    await session.save();
    return redirectTo(`${config.dashboardUrl}${returnTo}`);
  } catch (error) {
    if (!(error instanceof DashboardError)) throw error;
    if (error.code === 'not-staff') return back('not-staff');
    return back(error.code === 'identity-unreachable' ? 'unreachable' : 'failed');
  }
}
