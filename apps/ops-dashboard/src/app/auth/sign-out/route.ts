import { cookies } from 'next/headers';
import { thisDashboard } from '../../../server/dashboard';
import { redirectTo, refuseForeignForm } from '../../../server/redirect';
import { isOwnForm, isSignedIn, openSession } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Ends the session here, then at the provider. */
export async function POST(request: Request): Promise<Response> {
  const { config, identity } = thisDashboard();
  const session = await openSession(await cookies(), config);
  const form = await request.formData();
  if (isSignedIn(session) && !isOwnForm(request, session, form.get('csrf'))) {
    return refuseForeignForm();
  }
  const refreshToken = isSignedIn(session) ? session.refreshToken : null;
  session.destroy();
  return redirectTo(await identity.signOut(refreshToken).catch(() => `${config.dashboardUrl}/`));
}
