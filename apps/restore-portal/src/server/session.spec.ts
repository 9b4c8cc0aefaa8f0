import { describe, expect, it } from 'vitest';
import type { PortalConfig } from './config';
import { isCsrfToken, isSignedIn, newCsrfToken, openSession, type PortalSession } from './session';

const config = (portalUrl: string): PortalConfig => ({
  portalUrl,
  apiUrl: '',
  issuer: '',
  clientId: '',
  clientSecret: undefined,
  scope: '',
  audience: '',
  deploymentFile: '',
  workerFile: '',
  sessionSecret: 's'.repeat(40),
});
const signedIn: PortalSession = {
  accessToken: 'access '.repeat(400),
  refreshToken: 'refresh',
  expiresAtMs: 1,
  csrfToken: newCsrfToken(),
  displayName: 'Sam',
};

interface Kept {
  value: string;
  options: Record<string, unknown>;
}

function store(jar: Map<string, Kept>) {
  return {
    get: (name: string) => (jar.has(name) ? { name, value: jar.get(name)!.value } : undefined),
    getAll: () => Array.from(jar, ([name, { value }]) => ({ name, value })),
    set: (name: string, value: string, options: Record<string, unknown>) => jar.set(name, { value, options }),
  };
}

describe('openSession', () => {
  it('seals tokens of any usual length into cookies that no script can read', async () => {
    const jar = new Map<string, Kept>();
    const session = await openSession(store(jar), config('https://portal.example'));
    Object.assign(session, signedIn);
    await session.save();
    expect(jar.size).toBeGreaterThan(0);
    for (const [name, { value, options }] of jar) {
      expect(name).toMatch(/^__Host-coffer-portal/);
      expect(value).not.toContain('access');
      if (value !== '') expect(options).toMatchObject({ httpOnly: true, secure: true, sameSite: 'lax', path: '/' });
    }
    const again = await openSession(store(jar), config('https://portal.example'));
    expect(isSignedIn(again)).toBe(true);
    expect(again.accessToken).toBe(signedIn.accessToken);
  });

  it('is empty when the cookie was altered', async () => {
    const jar = new Map<string, Kept>();
    const session = await openSession(store(jar), config('http://localhost:4300'));
    Object.assign(session, { ...signedIn, accessToken: 'short' });
    await session.save();
    for (const [name, kept] of jar) {
      const at = Math.floor(kept.value.length / 2);
      const other = kept.value[at] === 'x' ? 'y' : 'x';
      jar.set(name, { ...kept, value: kept.value.slice(0, at) + other + kept.value.slice(at + 1) });
    }
    expect(isSignedIn(await openSession(store(jar), config('http://localhost:4300')))).toBe(false);
  });
});

describe('isCsrfToken', () => {
  it('is true for the token of the session alone', () => {
    expect(isCsrfToken(signedIn, signedIn.csrfToken)).toBe(true);
    for (const wrong of [null, '', newCsrfToken(), `${signedIn.csrfToken}x`]) {
      expect(isCsrfToken(signedIn, wrong)).toBe(false);
    }
  });
});
