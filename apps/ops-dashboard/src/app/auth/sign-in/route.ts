import { cookies } from 'next/headers';
import { thisDashboard } from '../../../server/dashboard';
import { redirectTo } from '../../../server/redirect';
import { openPendingSignIn, safeReturn } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Sends the browser to the OpenID provider: authorization code with PKCE, state and nonce. */
export async function GET(request: Request): Promise<Response> {
  const { config, identity } = thisDashboard();
  const { searchParams } = new URL(request.url);
  const returnTo = safeReturn(searchParams.get('to'));
  try {
    const { location, pending } = await identity.beginSignIn(returnTo, searchParams.has('again'));
    const signIn = await openPendingSignIn(await cookies(), config);
    Object.assign(signIn, pending);
    await signIn.save();
    return redirectTo(location);
  } catch {
    return redirectTo(`${config.dashboardUrl}/?sign-in=unreachable&to=${encodeURIComponent(returnTo)}`);
  }
}
