import { cookies } from 'next/headers';
import { redirectTo } from '../../../server/redirect';
import { thisPortal } from '../../../server/portal';
import { openPendingSignIn } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Sends the browser to the OpenID provider: authorization code with PKCE, state and nonce. With `again` the person is asked anew. */
export async function GET(request: Request): Promise<Response> {
  const { config, identity } = thisPortal();
  try {
    const { location, pending } = await identity.beginSignIn(new URL(request.url).searchParams.has('again'));
    const signIn = await openPendingSignIn(await cookies(), config);
    Object.assign(signIn, pending);
    await signIn.save();
    return redirectTo(location);
  } catch {
    return redirectTo(`${config.portalUrl}/?sign-in=unreachable`);
  }
}
