import { randomBytes, timingSafeEqual } from 'node:crypto';
import { getIronSession, type CookieStore, type IronSession, type SessionOptions } from 'iron-session';
import type { PortalConfig } from './config';

/** Who is signed in. Sealed in an httpOnly cookie; no script ever sees it. */
export interface PortalSession {
  accessToken: string;
  refreshToken: string | null;
  /** When the access token ends, milliseconds since 1970. */
  expiresAtMs: number;
  /** What every `/v1` request of this session has to bear, base64url of 32 random bytes. */
  csrfToken: string;
  /** How the person is greeted: the name that the provider gives, or the subject. */
  displayName: string;
}

/** A sign-in that has begun; ends after ten minutes or with the provider's answer. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Eight hours: a working day, and no more than an access token with its refresh token should live in a browser. */
const sessionSeconds = 8 * 60 * 60;
const signInSeconds = 10 * 60;

/** The session of this request; empty where nobody is signed in or the cookie does not open. */
export function openSession(store: CookieStore, config: PortalConfig): Promise<IronSession<PortalSession>> {
  return getIronSession<PortalSession>(store, cookieOptions(config, 'coffer-portal', sessionSeconds));
}

/** The sign-in that this browser has begun, if any. */
export function openPendingSignIn(store: CookieStore, config: PortalConfig): Promise<IronSession<PendingSignIn>> {
  return getIronSession<PendingSignIn>(store, cookieOptions(config, 'coffer-portal-sign-in', signInSeconds));
}

/** A session in which all is there. */
export function isSignedIn(session: Partial<PortalSession>): session is PortalSession {
  return session.accessToken !== undefined && session.csrfToken !== undefined && session.expiresAtMs !== undefined;
}

/** 32 random bytes, base64url. */
export function newCsrfToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time what a request bears with what the session wants. */
export function isCsrfToken(session: PortalSession, given: string | null): boolean {
  if (given === null) return false;
  const wanted = Buffer.from(session.csrfToken);
  const shown = Buffer.from(given);
  return wanted.length === shown.length && timingSafeEqual(wanted, shown);
}

/** Over https the name binds the cookie to this host and to https; plain http is for loopback only. */
function cookieOptions(config: PortalConfig, name: string, ttlSeconds: number): SessionOptions {
  const isSecure = config.portalUrl.startsWith('https:');
  return {
    cookieName: isSecure ? `__Host-${name}` : name,
    password: config.sessionSecret,
    ttl: ttlSeconds,
    // Large access tokens of some providers do not fit one cookie.
    chunk: true,
    cookieOptions: { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' },
  };
}
