import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { PortalApp } from '../features/portal-app';
import { SignInScreen, type SignInFailure } from '../features/sign-in/sign-in-screen';
import { thisPortal } from '../server/portal';
import { isSignedIn, openSession } from '../server/session';

export const dynamic = 'force-dynamic';

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The one page of the portal: the way in, or the portal. The tokens of the session stay on the server. */
export default async function Page({ searchParams }: PageProps): Promise<ReactNode> {
  const session = await openSession(await cookies(), thisPortal().config);
  if (isSignedIn(session)) return <PortalApp displayName={session.displayName} csrfToken={session.csrfToken} />;
  const outcome = (await searchParams)['sign-in'];
  const failure: SignInFailure | null = outcome === 'failed' || outcome === 'unreachable' ? outcome : null;
  return <SignInScreen failure={failure} />;
}
