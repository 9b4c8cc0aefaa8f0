import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { SignInScreen, type SignInOutcome } from '../features/sign-in/sign-in-screen';
import { thisDashboard } from '../server/dashboard';
import { isSignedIn, openSession, safeReturn } from '../server/session';

export const dynamic = 'force-dynamic';

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** The way in. */
export default async function Page({ searchParams }: PageProps): Promise<ReactNode> {
  const { to, 'sign-in': outcome } = await searchParams;
  const returnTo = safeReturn(to);
  const session = await openSession(await cookies(), thisDashboard().config);
  if (isSignedIn(session)) redirect(returnTo);
  return <SignInScreen returnTo={returnTo} outcome={toOutcome(outcome)} />;
}

function toOutcome(value: unknown): SignInOutcome | null {
  return value === 'failed' || value === 'unreachable' || value === 'not-staff' ? value : null;
}
