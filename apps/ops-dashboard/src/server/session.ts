import { randomBytes, timingSafeEqual } from 'node:crypto';
import { getIronSession, type CookieStore, type IronSession, type SessionOptions } from 'iron-session';
import type { DashboardConfig } from './config';

/** Who of the staff is signed in. Sealed in an httpOnly cookie; no script ever sees it. */
export interface StaffSession {
  accessToken: string;
  refreshToken: string | null;
  /** When the access token ends, milliseconds since 1970. */
  expiresAtMs: number;
  /** What every form of this session has to bear, base64url of 32 random bytes. */
  csrfToken: string;
  displayName: string;
}

/** A sign-in that has begun; ends after ten minutes or with the provider's answer. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Path of the dashboard to go to afterwards. */
  returnTo: string;
}

/** A working day. */
const sessionSeconds = 8 * 60 * 60;
const signInSeconds = 10 * 60;

/** The session of this request; empty where nobody is signed in or the cookie does not open. */
export function openSession(store: CookieStore, config: DashboardConfig): Promise<IronSession<StaffSession>> {
  return getIronSession<StaffSession>(store, cookieOptions(config, 'coffer-dashboard', sessionSeconds));
}

/** The sign-in that this browser has begun, if any. */
export function openPendingSignIn(store: CookieStore, config: DashboardConfig): Promise<IronSession<PendingSignIn>> {
  return getIronSession<PendingSignIn>(store, cookieOptions(config, 'coffer-dashboard-sign-in', signInSeconds));
}

/** A session in which all is there. */
export function isSignedIn(session: Partial<StaffSession>): session is StaffSession {
  return session.accessToken !== undefined && session.csrfToken !== undefined && session.expiresAtMs !== undefined;
}

/** 32 random bytes, base64url. */
export function newCsrfToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whether a form was sent by a page of this dashboard: the browser says so, and the form bears the session's token.
 *
 * @param given - the form's `csrf`
 */
export function isOwnForm(request: Request, session: StaffSession, given: unknown): boolean {
  if (request.headers.get('sec-fetch-site') !== 'same-origin' || typeof given !== 'string') return false;
  const wanted = Buffer.from(session.csrfToken);
  const shown = Buffer.from(given);
  return wanted.length === shown.length && timingSafeEqual(wanted, shown);
}

/** A path of this dashboard, or `/vault` where it is none: nobody is sent elsewhere by an address that was tampered with. */
export function safeReturn(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])[\w\-./?=&%:]{0,500}$/.test(path) ? path : '/vault';
}

/** Over https the name binds the cookie to this host and to https; plain http is for loopback only. */
function cookieOptions(config: DashboardConfig, name: string, ttlSeconds: number): SessionOptions {
  const isSecure = config.dashboardUrl.startsWith('https:');
  return {
    cookieName: isSecure ? `__Host-${name}` : name,
    password: config.sessionSecret,
    ttl: ttlSeconds,
    // Large access tokens of some providers do not fit one cookie.
    chunk: true,
    cookieOptions: { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' },
  };
}
