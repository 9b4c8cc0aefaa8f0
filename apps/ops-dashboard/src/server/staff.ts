import type { VaultClient } from '@coffer/vault-client';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { thisDashboard } from './dashboard';
import type { Figures } from './figures';
import { pathHeaderName } from './page-policy';
import { isSignedIn, openSession, type StaffSession } from './session';

/** The session of who asks; sends everybody else to the sign-in, and back here afterwards. */
export async function requireStaff(): Promise<StaffSession> {
  const session = await openSession(await cookies(), thisDashboard().config);
  if (isSignedIn(session)) return session;
  const path = (await headers()).get(pathHeaderName) ?? '/vault';
  redirect(`/?to=${encodeURIComponent(path)}`);
}

/** Reads figures for who asks. */
export async function readFigures<Data>(
  question: string,
  read: (client: VaultClient) => Promise<Data>,
): Promise<Figures<Data>> {
  const { accessToken } = await requireStaff();
  return thisDashboard().figures.read(accessToken, question, read);
}
