import { cookies } from 'next/headers';
import { redirectTo } from '../../../server/redirect';
import { thisPortal } from '../../../server/portal';
import { openPendingSignIn } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Sends the browser to the OpenID provider: authorization code with PKCE, state and nonce. */
export async function GET(): Promise<Response> {
  const { config, identity } = thisPortal();
  try {
    const { location, pending } = await identity.beginSignIn();
    const signIn = await openPendingSignIn(await cookies(), config);
    Object.assign(signIn, pending);
    await signIn.save();
    return redirectTo(location);
  } catch {
    return redirectTo(`${config.portalUrl}/?sign-in=unreachable`);
  }
}
