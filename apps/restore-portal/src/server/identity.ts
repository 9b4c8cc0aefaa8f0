import { systemClock, type Clock } from '@coffer/foundation';
import * as openid from 'openid-client';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  ResponseBodyError,
  tokenRevocation,
  type Configuration,
  type TokenEndpointResponse,
} from 'openid-client';
import type { PortalConfig } from './config';
import { PortalError } from './portal-error';
import { newCsrfToken, type PendingSignIn, type PortalSession } from './session';

/** What the portal's server asks of the operator's OpenID provider. */
export interface Identity {
  /**
   * Where to send the browser, and what to remember until it comes back.
   *
   * @param isAgain - the person is asked again, though the provider still knows them: what needs a fresh sign-in needs that
   */
  beginSignIn(isAgain?: boolean): Promise<{ readonly location: string; readonly pending: PendingSignIn }>;
  /**
   * Takes the provider's answer to the callback.
   *
   * @param callback - its address with all parameters
   * @throws PortalError `sign-in-failed`, `identity-unreachable`
   */
  finishSignIn(callback: URL, pending: PendingSignIn): Promise<PortalSession>;
  /**
   * New tokens for old ones. Requests that come at the same time, or bear the old cookie a little longer, share one answer:
   * providers revoke everything when a rotated refresh token comes twice.
   *
   * @throws PortalError `session-ended` where the provider refuses, `identity-unreachable`
   */
  refresh(session: PortalSession): Promise<RenewedTokens>;
  /**
   * Ends what the refresh token can do, where the provider offers that (RFC 7009): a copy of it is good for nothing any more.
   *
   * @returns where to send the browser so that the provider ends its own session too; the portal itself where it cannot
   * @throws PortalError `identity-unreachable`
   */
  signOut(refreshToken: string | null): Promise<string>;
}

/** The part of a session that a refresh replaces. */
export type RenewedTokens = Pick<PortalSession, 'accessToken' | 'refreshToken' | 'expiresAtMs'>;

/** How long the answer to a refresh is kept for requests that still bear the old cookie. */
const sharedAnswerMs = 60_000;

export function createIdentity(config: PortalConfig, clock: Clock = systemClock): Identity {
  const callbackUrl = `${config.portalUrl}/auth/callback`;
  const refreshes = new Map<string, Promise<RenewedTokens>>();
  let discovered: Promise<Configuration> | undefined;

  const provider = async (): Promise<Configuration> => {
    discovered ??= discover(config);
    try {
      return await discovered;
    } catch (cause) {
      discovered = undefined;
      throw unreachable(cause);
    }
  };

  const refreshOnce = async (refreshToken: string): Promise<RenewedTokens> => {
    const at = await provider();
    try {
      const tokens = await refreshTokenGrant(at, refreshToken, { resource: config.audience });
      return { ...toTokens(tokens, clock), refreshToken: tokens.refresh_token ?? refreshToken };
    } catch (cause) {
      throw refused(cause, 'session-ended', 'The session has ended. Sign in again.');
    }
  };

  return {
    async beginSignIn(isAgain = false) {
      const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const location = buildAuthorizationUrl(await provider(), {
        redirect_uri: callbackUrl,
        scope: config.scope,
        resource: config.audience,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
        ...(isAgain ? { prompt: 'login' } : {}),
      });
      return { location: location.href, pending };
    },

    async finishSignIn(callback, pending) {
      const at = await provider();
      try {
        const tokens = await authorizationCodeGrant(
          at,
          new URL(`${callbackUrl}${callback.search}`),
          { expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.codeVerifier },
          { resource: config.audience },
        );
        const claims = tokens.claims();
        return {
          ...toTokens(tokens, clock),
          csrfToken: newCsrfToken(),
          displayName: typeof claims?.name === 'string' && claims.name !== '' ? claims.name : (claims?.sub ?? ''),
        };
      } catch (cause) {
        throw refused(cause, 'sign-in-failed', 'The sign-in did not succeed. Try again.');
      }
    },

    refresh(session) {
      const { refreshToken } = session;
      if (refreshToken === null) {
        return Promise.reject(new PortalError('session-ended', 'The session has ended. Sign in again.'));
      }
      const known = refreshes.get(refreshToken);
      if (known !== undefined) return known;
      const answer = refreshOnce(refreshToken);
      refreshes.set(refreshToken, answer);
      const forget = (): boolean => refreshes.delete(refreshToken);
      answer.then(() => setTimeout(forget, sharedAnswerMs).unref(), forget);
      return answer;
    },

    async signOut(refreshToken) {
      const at = await provider();
      const { revocation_endpoint, end_session_endpoint } = at.serverMetadata();
      if (refreshToken !== null && revocation_endpoint !== undefined) {
        // One that is refused has ended already; the provider's session ends with what follows.
        await tokenRevocation(at, refreshToken).catch(() => undefined);
      }
      if (end_session_endpoint === undefined) return config.portalUrl;
      return buildEndSessionUrl(at, { post_logout_redirect_uri: `${config.portalUrl}/` }).href;
    },
  };
}

// Tokens in the clear are for the embedded provider on this machine only. The library marks the switch as deprecated for no
// other reason than to make it stand out.
const withoutTls = Reflect.get<typeof openid, 'allowInsecureRequests'>(openid, 'allowInsecureRequests');

function discover(config: PortalConfig): Promise<Configuration> {
  const issuer = new URL(config.issuer);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname);
  return discovery(
    issuer,
    config.clientId,
    undefined,
    config.clientSecret === undefined ? None() : ClientSecretBasic(config.clientSecret),
    { timeout: 10, ...(issuer.protocol === 'http:' && isLoopback ? { execute: [withoutTls] } : {}) },
  );
}

function toTokens(tokens: TokenEndpointResponse, clock: Clock): RenewedTokens {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? null,
    expiresAtMs: clock.nowMs() + (tokens.expires_in ?? 300) * 1000,
  };
}

/** A provider that says no ends the sign-in or session; one that does not answer ends nothing. */
function refused(cause: unknown, code: 'sign-in-failed' | 'session-ended', message: string): PortalError {
  const isNetwork = cause instanceof TypeError && !(cause instanceof ResponseBodyError);
  return isNetwork ? unreachable(cause) : new PortalError(code, message, { cause });
}

function unreachable(cause: unknown): PortalError {
  return new PortalError('identity-unreachable', 'The sign-in service cannot be reached now. Try again later.', {
    cause,
    isRetryable: true,
  });
}
