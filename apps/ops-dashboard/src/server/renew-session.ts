import { systemClock, type Clock } from '@coffer/foundation';
import type { CookieStore } from 'iron-session';
import type { DashboardConfig } from './config';
import { DashboardError } from './dashboard-error';
import type { Identity } from './identity';
import { isSignedIn, openSession } from './session';

/** Tokens are renewed so long before they end, so that none ends on its way. */
const renewBeforeMs = 60_000;

/**
 * Renews the tokens of a session that is about to end, in the cookies of `store`. A session that the provider has ended is
 * taken away; where the provider does not answer, the session stays as it is.
 */
export async function renewSession(
  store: CookieStore,
  config: DashboardConfig,
  identity: Identity,
  clock: Clock = systemClock,
): Promise<void> {
  const session = await openSession(store, config);
  if (!isSignedIn(session) || session.expiresAtMs - clock.nowMs() > renewBeforeMs) return;
  try {
    Object.assign(session, await identity.refresh(session));
    await session.save();
  } catch (error) {
    const isOver = session.expiresAtMs <= clock.nowMs();
    if (error instanceof DashboardError && error.code === 'session-ended' && isOver) session.destroy();
    else if (!(error instanceof DashboardError)) throw error;
  }
}
