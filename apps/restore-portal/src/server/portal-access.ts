import { systemClock, type Clock } from '@coffer/foundation';
import type { IronSession } from 'iron-session';
import type { GatewayAccess } from './gateway';
import type { Identity } from './identity';
import { PortalError } from './portal-error';
import { isCsrfToken, isSignedIn, type PortalSession } from './session';

/** Tokens are renewed so long before they end, so that none ends on its way. */
const renewBeforeMs = 60_000;

/**
 * The access of one request to the vault, through its session.
 *
 * @param csrfToken - what the request bears, null where it bears nothing
 * @returns null where nobody is signed in
 */
export function gatewayAccess(
  session: IronSession<PortalSession>,
  csrfToken: string | null,
  identity: Identity,
  clock: Clock = systemClock,
): GatewayAccess | null {
  if (!isSignedIn(session)) return null;
  return {
    hasCsrfToken: isCsrfToken(session, csrfToken),
    async accessToken() {
      if (session.expiresAtMs - clock.nowMs() > renewBeforeMs) return session.accessToken;
      try {
        Object.assign(session, await identity.refresh(session));
        await (session as IronSession<PortalSession>).save();
      } catch (error) {
        // What is left of the token's life is still good, whether the provider said no or nothing.
        if (session.expiresAtMs > clock.nowMs()) return session.accessToken;
        const isOver = error instanceof PortalError && error.code === 'session-ended';
        if (isOver) (session as IronSession<PortalSession>).destroy();
        throw error;
      }
      return session.accessToken;
    },
  };
}
