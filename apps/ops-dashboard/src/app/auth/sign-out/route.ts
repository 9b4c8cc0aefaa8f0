import { cookies } from 'next/headers';
import { thisDashboard } from '../../../server/dashboard';
import { redirectTo } from '../../../server/redirect';
import { isOwnForm, isSignedIn, openSession } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Ends the session here, then at the provider. */
export async function POST(request: Request): Promise<Response> {
  const { config, identity } = thisDashboard();
  const session = await openSession(await cookies(), config);
  const form = await request.formData();
  if (isSignedIn(session) && !isOwnForm(request, session, form.get('csrf'))) {
    return new Response('Only pages of this dashboard may ask here.', { status: 403 });
  }
  session.destroy();
  return redirectTo(await identity.signOutLocation().catch(() => `${config.dashboardUrl}/`));
}
