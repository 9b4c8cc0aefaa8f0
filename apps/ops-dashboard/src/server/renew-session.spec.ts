import { fakeClock } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import type { DashboardConfig } from './config';
import { DashboardError } from './dashboard-error';
import type { Identity, RenewedTokens } from './identity';
import { renewSession } from './renew-session';
import { isSignedIn, openSession } from './session';

const config: DashboardConfig = {
  dashboardUrl: 'http://localhost:4302',
  apiUrl: 'http://localhost:4301',
  issuer: 'http://localhost:4303',
  clientId: 'coffer-dashboard',
  clientSecret: undefined,
  audience: 'urn:coffer:vault',
  staffClaim: 'roles',
  staffRole: 'coffer-staff',
  sessionSecret: 'x'.repeat(32),
};
const clock = fakeClock();
const renewed: RenewedTokens = { accessToken: 'new', refreshToken: 'r2', expiresAtMs: clock.nowMs() + 600_000 };

/** Cookies as one request has them. */
function cookieJar() {
  const cookies = new Map<string, string>();
  return {
    cookies,
    get: (name: string) => (cookies.has(name) ? { name, value: cookies.get(name)! } : undefined),
    getAll: () => Array.from(cookies, ([name, value]) => ({ name, value })),
    set: (name: string, value: string) => (value === '' ? cookies.delete(name) : cookies.set(name, value)),
  };
}

async function jarWith(expiresInMs: number) {
  const jar = cookieJar();
  const session = await openSession(jar, config);
  const expiresAtMs = clock.nowMs() + expiresInMs;
  Object.assign(session, { accessToken: 'old', refreshToken: 'r1', expiresAtMs, csrfToken: 'c', displayName: 'M' });
  await session.save();
  return jar;
}

const identityThat = (refresh: () => Promise<RenewedTokens>) => ({ refresh }) as unknown as Identity;
const refuses = identityThat(() => Promise.reject(new DashboardError('session-ended', 'ended')));
const isAway = identityThat(() => Promise.reject(new DashboardError('identity-unreachable', 'away')));
const grants = identityThat(() => Promise.resolve(renewed));

describe('renewSession', () => {
  it('leaves the session as it is when its token lives for a while yet', async () => {
    const jar = await jarWith(61_000);
    await renewSession(jar, config, refuses, clock);
    expect((await openSession(jar, config)).accessToken).toBe('old');
  });

  it('puts new tokens into the cookie when the token is about to end', async () => {
    const jar = await jarWith(59_000);
    await renewSession(jar, config, grants, clock);
    expect(await openSession(jar, config)).toMatchObject({ ...renewed, csrfToken: 'c', displayName: 'M' });
  });

  it('keeps what is left of the token when the provider refuses, and takes the session away when nothing is left', async () => {
    const jar = await jarWith(1_000);
    await renewSession(jar, config, refuses, clock);
    expect((await openSession(jar, config)).accessToken).toBe('old');
    const over = await jarWith(-1);
    await renewSession(over, config, refuses, clock);
    expect(isSignedIn(await openSession(over, config))).toBe(false);
  });

  it('keeps the session when the provider does not answer', async () => {
    const jar = await jarWith(-1);
    await renewSession(jar, config, isAway, clock);
    expect((await openSession(jar, config)).accessToken).toBe('old');
  });

  it('does nothing when nobody is signed in', async () => {
    const jar = cookieJar();
    await renewSession(jar, config, refuses, clock);
    expect(jar.cookies.size).toBe(0);
  });
});
