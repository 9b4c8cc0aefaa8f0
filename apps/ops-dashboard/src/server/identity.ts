import { systemClock, type Clock } from '@coffer/foundation';
import * as openid from 'openid-client';
import type { DashboardConfig } from './config';
import { DashboardError } from './dashboard-error';
import { newCsrfToken, type PendingSignIn, type StaffSession } from './session';

/** The part of a session that a refresh replaces. */
export type RenewedTokens = Pick<StaffSession, 'accessToken' | 'refreshToken' | 'expiresAtMs'>;

/** How long the answer to a refresh is kept for requests that still bear the old cookie. */
const sharedAnswerMs = 60_000;

/** What the dashboard's server asks of the operator's OpenID provider: code + PKCE, refresh, sign-out. */
export class Identity {
  readonly #config: DashboardConfig;
  readonly #clock: Clock;
  readonly #callbackUrl: string;
  readonly #refreshes = new Map<string, Promise<RenewedTokens>>();
  #discovered: Promise<openid.Configuration> | undefined;

  constructor(config: DashboardConfig, clock: Clock = systemClock) {
    this.#config = config;
    this.#clock = clock;
    this.#callbackUrl = `${config.dashboardUrl}/auth/callback`;
  }

  /**
   * Where to send the browser, and what to remember until it comes back.
   *
   * @param isAgain - the provider shall ask who it is even where somebody is signed in
   * @throws DashboardError `identity-unreachable`
   */
  async beginSignIn(returnTo: string, isAgain: boolean): Promise<{ location: string; pending: PendingSignIn }> {
    const pending = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      codeVerifier: openid.randomPKCECodeVerifier(),
      returnTo,
    };
    const location = openid.buildAuthorizationUrl(await this.#provider(), {
      redirect_uri: this.#callbackUrl,
      scope: 'openid profile offline_access',
      resource: this.#config.audience,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
      ...(isAgain ? { prompt: 'login' } : {}),
    });
    return { location: location.href, pending };
  }

  /**
   * Takes the provider's answer.
   *
   * @param callback - the callback's address with all parameters
   * @throws DashboardError `sign-in-failed`, `not-staff`, `identity-unreachable`
   */
  async finishSignIn(callback: URL, pending: PendingSignIn): Promise<StaffSession> {
    const at = await this.#provider();
    try {
      const tokens = await openid.authorizationCodeGrant(
        at,
        new URL(`${this.#callbackUrl}${callback.search}`),
        { expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.codeVerifier },
        { resource: this.#config.audience },
      );
      const claims: Readonly<Record<string, unknown>> = tokens.claims() ?? {};
      const roles = claims[this.#config.staffClaim];
      if (!Array.isArray(roles) || !roles.includes(this.#config.staffRole)) {
        throw new DashboardError('not-staff', 'This account is not staff.');
      }
      const { name, sub } = claims;
      const displayName = typeof name === 'string' && name !== '' ? name : String(sub);
      return { ...this.#toTokens(tokens), csrfToken: newCsrfToken(), displayName };
    } catch (cause) {
      throw refused(cause, 'sign-in-failed', 'The sign-in did not succeed. Try again.');
    }
  }

  /**
   * New tokens for old ones. Requests that come at the same time, or bear the old cookie a little longer, share one answer:
   * providers revoke everything when a rotated refresh token comes twice.
   *
   * @throws DashboardError `session-ended`, `identity-unreachable`
   */
  async refresh({ refreshToken }: Pick<StaffSession, 'refreshToken'>): Promise<RenewedTokens> {
    if (refreshToken === null) throw new DashboardError('session-ended', 'The session has ended. Sign in again.');
    const known = this.#refreshes.get(refreshToken);
    if (known !== undefined) return known;
    const answer = this.#refreshOnce(refreshToken);
    this.#refreshes.set(refreshToken, answer);
    const forget = () => void this.#refreshes.delete(refreshToken);
    answer.then(() => void setTimeout(forget, sharedAnswerMs).unref(), forget);
    return answer;
  }

  /**
   * Ends what the refresh token can do, where the provider offers that (RFC 7009): a copy of it is good for nothing any more.
   *
   * @returns where to send the browser so that the provider ends its own session too; the dashboard itself where it cannot
   * @throws DashboardError `identity-unreachable`
   */
  async signOut(refreshToken: string | null): Promise<string> {
    const home = `${this.#config.dashboardUrl}/`;
    const at = await this.#provider();
    const { revocation_endpoint, end_session_endpoint } = at.serverMetadata();
    if (refreshToken !== null && revocation_endpoint !== undefined) {
      // One that is refused has ended already; the provider's session ends with what follows.
      await openid.tokenRevocation(at, refreshToken).catch(() => undefined);
    }
    if (end_session_endpoint === undefined) return home;
    return openid.buildEndSessionUrl(at, { post_logout_redirect_uri: home }).href;
  }

  async #refreshOnce(refreshToken: string): Promise<RenewedTokens> {
    const at = await this.#provider();
    try {
      const tokens = await openid.refreshTokenGrant(at, refreshToken, { resource: this.#config.audience });
      return { ...this.#toTokens(tokens), refreshToken: tokens.refresh_token ?? refreshToken };
    } catch (cause) {
      throw refused(cause, 'session-ended', 'The session has ended. Sign in again.');
    }
  }

  async #provider(): Promise<openid.Configuration> {
    this.#discovered ??= discover(this.#config);
    try {
      return await this.#discovered;
    } catch (cause) {
      this.#discovered = undefined;
      throw unreachable(cause);
    }
  }

  #toTokens(tokens: openid.TokenEndpointResponse): RenewedTokens {
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? null,
      expiresAtMs: this.#clock.nowMs() + (tokens.expires_in ?? 300) * 1000,
    };
  }
}

function discover({ issuer, clientId, clientSecret }: DashboardConfig): Promise<openid.Configuration> {
  const url = new URL(issuer);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  // Marked as deprecated only to stand out: tokens in the clear are for the embedded provider on this machine alone.
  const allowInsecure = Reflect.get<typeof openid, 'allowInsecureRequests'>(openid, 'allowInsecureRequests');
  return openid.discovery(
    url,
    clientId,
    undefined,
    clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret),
    { timeout: 10, ...(url.protocol === 'http:' && isLoopback ? { execute: [allowInsecure] } : {}) },
  );
}

/** A provider that says no ends the sign-in or session; one that does not answer ends nothing. */
function refused(cause: unknown, code: 'sign-in-failed' | 'session-ended', message: string): DashboardError {
  if (cause instanceof DashboardError) return cause;
  const isNetwork = cause instanceof TypeError && !(cause instanceof openid.ResponseBodyError);
  return isNetwork ? unreachable(cause) : new DashboardError(code, message, { cause });
}

function unreachable(cause: unknown): DashboardError {
  return new DashboardError('identity-unreachable', 'The sign-in service cannot be reached now. Try again later.', {
    cause,
    isRetryable: true,
  });
}
