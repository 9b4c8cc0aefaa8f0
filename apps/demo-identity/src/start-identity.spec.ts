import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  IdentityError,
  sampleAccounts,
  startIdentity,
  walkSignIn,
  type IdentityOptions,
  type IdentityServer,
} from './index';

const audience = 'urn:coffer:vault';
const portalUrl = 'http://localhost:4300';
const dashboardUrl = 'http://localhost:4302';
const sam = { username: 'sam', password: 'sam-demo-pass' };
const morgan = { username: 'morgan', password: 'morgan-demo-pass' };

let home: string;
let identity: IdentityServer;

function optionsFor(folder: string, more: Partial<IdentityOptions> = {}): IdentityOptions {
  return { host: '127.0.0.1', port: 0, home: folder, audience, portalUrl, dashboardUrl, ...more };
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'coffer-identity-'));
  identity = await startIdentity(optionsFor(home));
});

afterAll(async () => {
  await identity.close();
  await rm(home, { recursive: true });
});

// Marked as deprecated only to stand out: on loopback there is no TLS.
const allowInsecureRequests = Reflect.get<typeof openid, 'allowInsecureRequests'>(openid, 'allowInsecureRequests');

async function discover(clientId: string, auth = openid.None(), server = identity): Promise<openid.Configuration> {
  return openid.discovery(new URL(server.issuer), clientId, undefined, auth, { execute: [allowInsecureRequests] });
}

async function verifyAccessToken(token: string) {
  const keys = createRemoteJWKSet(new URL(`${identity.issuer}/jwks`));
  return jwtVerify(token, keys, { issuer: identity.issuer, audience, algorithms: ['RS256'], typ: 'at+jwt' });
}

/** Code + PKCE as portal and dashboard do it. */
async function signIn(
  config: openid.Configuration,
  origin: string,
  account: { username: string; password: string },
  parameters: Record<string, string> = {},
  fetcher: typeof fetch = fetch,
) {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const nonce = openid.randomNonce();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: `${origin}/auth/callback`,
    scope: 'openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  const outcome = await walkSignIn({ url, ...account, fetch: fetcher });
  expect(outcome.kind).toBe('redirected');
  return openid.authorizationCodeGrant(config, outcome.url, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
}

/** One browser: its cookies live on over several walks. */
function browser(): typeof fetch {
  const kept = new Map<string, string>();
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const own = (headers.get('cookie') ?? '').split('; ').filter((pair) => pair !== '');
    const merged = new Map(kept);
    for (const pair of own) merged.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    headers.set('cookie', Array.from(merged, ([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';')[0]!;
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '') kept.delete(name);
      else if (name.startsWith('coffer_identity_session')) kept.set(name, value);
    }
    return response;
  };
}

describe('startIdentity', () => {
  describe('code + PKCE', () => {
    it('gives a JWT for the vault and an ID token with name and roles when staff signs in at the dashboard', async () => {
      const config = await discover('coffer-dashboard');
      const before = Math.floor(Date.now() / 1000);
      const tokens = await signIn(config, dashboardUrl, morgan);
      const { payload } = await verifyAccessToken(tokens.access_token);
      expect(payload).toMatchObject({
        sub: 'morgan',
        client_id: 'coffer-dashboard',
        aud: audience,
        roles: ['coffer-staff'],
      });
      expect(payload['auth_time']).toBeGreaterThanOrEqual(before);
      expect(payload.exp! - payload.iat!).toBe(600);
      expect(tokens.claims()).toMatchObject({
        sub: 'morgan',
        name: 'Morgan Tanaka (staff)',
        preferred_username: 'morgan',
        roles: ['coffer-staff'],
        auth_time: payload['auth_time'],
      });
    });

    it('gives no staff role when the account has none', async () => {
      const tokens = await signIn(await discover('coffer-portal'), portalUrl, sam);
      const { payload } = await verifyAccessToken(tokens.access_token);
      expect(payload['roles']).toEqual([]);
      expect(tokens.claims()?.['roles']).toEqual([]);
    });

    it('keeps auth_time when a token is refreshed', async () => {
      const config = await discover('coffer-portal');
      const tokens = await signIn(config, portalUrl, sam);
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!);
      const [old, fresh] = [decodeJwt(tokens.access_token), decodeJwt(refreshed.access_token)];
      expect(fresh.jti).not.toBe(old.jti);
      expect(fresh['auth_time']).toBe(old['auth_time']);
      expect(fresh.aud).toBe(audience);
    });

    it('asks for no password when the browser is signed in, and does when prompt=login or max_age wants a fresh login', async () => {
      const config = await discover('coffer-portal');
      const fetcher = browser();
      const first = decodeJwt((await signIn(config, portalUrl, sam, {}, fetcher)).access_token);
      await new Promise((resolve) => setTimeout(resolve, 2100));
      const nobody = { username: 'nobody', password: 'none' };
      const second = decodeJwt((await signIn(config, portalUrl, nobody, {}, fetcher)).access_token);
      expect(second['auth_time']).toBe(first['auth_time']);
      await expect(signIn(config, portalUrl, nobody, { prompt: 'login' }, fetcher)).rejects.toThrow(IdentityError);
      await expect(signIn(config, portalUrl, nobody, { max_age: '1' }, fetcher)).rejects.toThrow(IdentityError);
      const third = decodeJwt((await signIn(config, portalUrl, sam, { max_age: '0' }, fetcher)).access_token);
      expect(third['auth_time']).toBeGreaterThan(first['auth_time'] as number);
    });

    it('D06: refuses when the code challenge is missing', async () => {
      const config = await discover('coffer-portal');
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: `${portalUrl}/auth/callback`,
        scope: 'openid',
        state: 's',
      });
      const outcome = await walkSignIn({ url, ...sam });
      expect(outcome.url.searchParams.get('error')).toBe('invalid_request');
    });

    it('D06: shows an error page and redirects nowhere when the redirect address is not registered', async () => {
      const url = new URL(`${identity.issuer}/auth`);
      url.search = new URLSearchParams({
        client_id: 'coffer-portal',
        redirect_uri: 'http://localhost:9/elsewhere',
        response_type: 'code',
        scope: 'openid',
      }).toString();
      const response = await fetch(url, { redirect: 'manual' });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('Nothing was changed');
    });

    it('issues no token for another resource when one is asked for', async () => {
      const config = await discover('coffer-portal');
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: `${portalUrl}/auth/callback`,
        scope: 'openid',
        resource: 'https://elsewhere.test/',
        code_challenge: 'A'.repeat(43),
        code_challenge_method: 'S256',
      });
      const outcome = await walkSignIn({ url, ...sam });
      expect(outcome.url.searchParams.get('error')).toBe('invalid_target');
    });

    it('asks a confidential client for its secret when one is configured', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'coffer-identity-'));
      const secret = 'a-secret-of-this-test-only';
      const server = await startIdentity(optionsFor(folder, { dashboardClientSecret: secret }));
      const tokens = await signIn(
        await discover('coffer-dashboard', openid.ClientSecretBasic(secret), server),
        dashboardUrl,
        morgan,
      );
      expect(decodeJwt(tokens.access_token)['roles']).toEqual(['coffer-staff']);
      await expect(
        signIn(await discover('coffer-dashboard', openid.None(), server), dashboardUrl, morgan),
      ).rejects.toMatchObject({
        error: 'invalid_client',
      });
      await server.close();
      await rm(folder, { recursive: true });
    });
  });

  describe('device authorization grant', () => {
    it('gives the waiting device its tokens when the person approves on the pages', async () => {
      const config = await discover('coffer-cli');
      const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' });
      expect(device.verification_uri).toBe(`${identity.issuer}/device`);
      await expect(
        openid.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', {
          device_code: device.device_code,
        }),
      ).rejects.toMatchObject({ error: 'authorization_pending' });
      const outcome = await walkSignIn({ url: device.verification_uri, userCode: device.user_code, ...sam });
      expect(outcome.kind).toBe('device-approved');
      const tokens = await openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 });
      const { payload } = await verifyAccessToken(tokens.access_token);
      expect(payload).toMatchObject({ sub: 'sam', client_id: 'coffer-cli', aud: audience, roles: [] });
      expect(payload['auth_time']).toBeTypeOf('number');
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!);
      expect(decodeJwt(refreshed.access_token)['auth_time']).toBe(payload['auth_time']);
    });

    it('takes the code from the address without any script when the device offers a complete one', async () => {
      const config = await discover('coffer-cli');
      const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid' });
      const html = await (await fetch(device.verification_uri_complete!)).text();
      expect(html).toContain(`value="${device.user_code}"`);
      expect(html).not.toContain('<script');
      const outcome = await walkSignIn({ url: device.verification_uri_complete!, ...sam });
      expect(outcome.kind).toBe('device-approved');
    });

    it.each(['0', '1'])('asks for the password again when the device wants a login with max_age=%s', async (maxAge) => {
      const config = await discover('coffer-cli');
      const fetcher = browser();
      await signIn(await discover('coffer-portal'), portalUrl, sam, {}, fetcher);
      await new Promise((resolve) => setTimeout(resolve, 2100));
      const nobody = { username: 'nobody', password: 'none' };
      const start = (parameters: Record<string, string>) =>
        openid.initiateDeviceAuthorization(config, { scope: 'openid', ...parameters });
      const easy = await start({});
      expect((await walkSignIn({ url: easy.verification_uri_complete!, ...nobody, fetch: fetcher })).kind).toBe(
        'device-approved',
      );
      const fresh = await start({ max_age: maxAge });
      await expect(walkSignIn({ url: fresh.verification_uri_complete!, ...nobody, fetch: fetcher })).rejects.toThrow(
        IdentityError,
      );
    });

    it('refuses the device when the person cancels', async () => {
      const config = await discover('coffer-cli');
      const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid' });
      const page = await fetch(device.verification_uri);
      const cookie = page.headers
        .getSetCookie()
        .map((line) => line.split(';')[0]!)
        .join('; ');
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(await page.text())![1]!;
      const body = new URLSearchParams({ xsrf, user_code: device.user_code, abort: 'yes' });
      const refused = await fetch(device.verification_uri, { method: 'POST', body, headers: { cookie } });
      expect(await refused.text()).toContain('You cancelled');
      await expect(openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 })).rejects.toMatchObject({
        error: 'access_denied',
      });
    });

    it('names a wrong code when there is no such', async () => {
      const walk = walkSignIn({ url: `${identity.issuer}/device`, userCode: 'BBBB-BBBB', ...sam });
      await expect(walk).rejects.toMatchObject({ code: 'sign-in-refused' });
    });
  });

  describe('refresh tokens', () => {
    const ended = { error: 'invalid_grant' };
    const fromDevice = async (config: openid.Configuration) => {
      const device = await openid.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
      await walkSignIn({ url: device.verification_uri, userCode: device.user_code, ...sam });
      return openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 1 });
    };

    it.each<[string, (config: openid.Configuration) => Promise<openid.TokenEndpointResponse>]>([
      ['coffer-portal', (config) => signIn(config, portalUrl, sam, { scope: 'openid profile offline_access' })],
      ['coffer-cli', fromDevice],
    ])('D02: of %s rotate, and a rotated one that comes back ends the whole family', async (clientId, begin) => {
      const config = await discover(clientId);
      const first = await begin(config);
      const second = await openid.refreshTokenGrant(config, first.refresh_token!);
      const third = await openid.refreshTokenGrant(config, second.refresh_token!);
      const tokens = [first, second, third].map((each) => each.refresh_token!);
      expect(new Set(tokens).size).toBe(3);
      const { exp, iat } = decodeJwt(third.access_token);
      expect(exp! - iat!).toBeLessThanOrEqual(600);
      await expect(openid.refreshTokenGrant(config, first.refresh_token!)).rejects.toMatchObject(ended);
      for (const token of tokens) await expect(openid.refreshTokenGrant(config, token)).rejects.toMatchObject(ended);
    });

    it('D02: serve the client that they were given to and no other, and end when it signs out', async () => {
      const [portal, cli] = [await discover('coffer-portal'), await discover('coffer-cli')];
      const { refresh_token: token } = await signIn(portal, portalUrl, sam);
      await expect(openid.refreshTokenGrant(cli, token!)).rejects.toMatchObject(ended);
      await openid.tokenRevocation(cli, token!).catch(() => undefined);
      const { refresh_token: renewed } = await openid.refreshTokenGrant(portal, token!);
      await openid.tokenRevocation(portal, renewed!);
      await expect(openid.refreshTokenGrant(portal, renewed!)).rejects.toMatchObject(ended);
    });
  });

  describe('pages', () => {
    async function signInPage() {
      const config = await discover('coffer-portal');
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: `${portalUrl}/auth/callback`,
        scope: 'openid',
        code_challenge: 'A'.repeat(43),
        code_challenge_method: 'S256',
      });
      const redirect = await fetch(url, { redirect: 'manual' });
      const cookie = redirect.headers
        .getSetCookie()
        .map((line) => line.split(';')[0]!)
        .join('; ');
      const page = new URL(redirect.headers.get('location')!, identity.issuer);
      return { page, cookie, response: await fetch(page, { headers: { cookie } }) };
    }

    it('show the accounts of the demo, run no script and load nothing from elsewhere', async () => {
      const { response } = await signInPage();
      const text = await response.text();
      for (const { username, password } of sampleAccounts) {
        expect(text).toContain(username);
        expect(text).toContain(password);
      }
      expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|https?:/);
      const policy = response.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    it('say so and ask again when the password is wrong, and escape what was typed', async () => {
      const { page, cookie } = await signInPage();
      const body = new URLSearchParams({ username: '"><script>alert(1)</script>', password: 'x', act: 'sign-in' });
      const refused = await fetch(page, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
      expect(refused.status).toBe(401);
      const text = await refused.text();
      expect(text).toContain('do not belong together');
      expect(text).not.toContain('<script');
    });

    it('send the person back with access_denied when the sign-in is cancelled', async () => {
      const { page, cookie } = await signInPage();
      const body = new URLSearchParams({ act: 'cancel' });
      const response = await fetch(page, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
      const resumed = await fetch(response.headers.get('location')!, { headers: { cookie }, redirect: 'manual' });
      expect(new URL(resumed.headers.get('location')!).searchParams.get('error')).toBe('access_denied');
    });

    it('refuse a form without the cookie of its sign-in, and one that is too large', async () => {
      const { page, cookie } = await signInPage();
      const body = new URLSearchParams({ ...sam, act: 'sign-in' });
      expect((await fetch(page, { method: 'POST', body })).status).toBe(400);
      const large = new URLSearchParams({ username: 'x'.repeat(5000) });
      expect((await fetch(page, { method: 'POST', body: large, headers: { cookie } })).status).toBe(400);
    });

    it('serve the style sheet', async () => {
      const response = await fetch(`${identity.issuer}/style.css`);
      expect(response.headers.get('content-type')).toContain('text/css');
    });
  });

  describe('signing out', () => {
    it('asks, ends the session and goes back when the program asked for it', async () => {
      const config = await discover('coffer-portal');
      const fetcher = browser();
      const tokens = await signIn(config, portalUrl, sam, {}, fetcher);
      const url = openid.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token!,
        post_logout_redirect_uri: `${portalUrl}/`,
      });
      const page = await fetcher(url);
      const text = await page.text();
      expect(text).toContain('Sign out?');
      const action = /action="([^"]+)"/.exec(text)![1]!;
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(text)![1]!;
      const body = new URLSearchParams({ xsrf, logout: 'yes' });
      const done = await fetcher(action, { method: 'POST', body, redirect: 'manual' });
      expect(done.headers.get('location')).toBe(`${portalUrl}/`);
      await expect(signIn(config, portalUrl, { username: 'nobody', password: '' }, {}, fetcher)).rejects.toThrow(
        IdentityError,
      );
    });
  });

  describe('loopback', () => {
    it.each(['0.0.0.0', '::', '192.0.2.1', 'no-such-host.invalid'])(
      'refuses to start when the host is %s',
      async (host) => {
        await expect(startIdentity(optionsFor(home, { host }))).rejects.toMatchObject({ code: 'not-loopback' });
      },
    );

    it('refuses a request when its Host header names another host', async () => {
      const status = await new Promise((resolve, reject) => {
        const call = request({ port: identity.port, host: '127.0.0.1', headers: { host: 'evil.test' } }, (answer) => {
          resolve(answer.statusCode);
        });
        call.once('error', reject).end();
      });
      expect(status).toBe(421);
    });

    it('names the port and the setting when the port is taken', async () => {
      await expect(startIdentity(optionsFor(home, { port: identity.port }))).rejects.toMatchObject({
        code: 'port-taken',
        message: expect.stringContaining('COFFER_IDENTITY_PORT') as string,
      });
    });
  });

  describe('sessions', () => {
    it('live on over a restart, and end with a damaged file without harm', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'coffer-identity-'));
      const first = await startIdentity(optionsFor(folder));
      const configOf = (server: IdentityServer) => discover('coffer-portal', openid.None(), server);
      const tokens = await signIn(await configOf(first), portalUrl, sam);
      await first.close();
      expect((await stat(join(folder, 'state.json'))).mode & 0o777).toBe(0o600);

      const second = await startIdentity(optionsFor(folder, { port: first.port }));
      const refreshed = await openid.refreshTokenGrant(await configOf(second), tokens.refresh_token!);
      expect(decodeJwt(refreshed.access_token).sub).toBe('sam');
      await second.close();

      await writeFile(join(folder, 'state.json'), '{"Session:x":');
      const third = await startIdentity(optionsFor(folder, { port: first.port }));
      await expect(openid.refreshTokenGrant(await configOf(third), refreshed.refresh_token!)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
      await third.close();
      await rm(folder, { recursive: true });
    });
  });

  describe('signing keys', () => {
    it('outlive a restart and are readable by their owner only', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'coffer-identity-'));
      const first = await startIdentity(optionsFor(join(folder, 'identity')));
      const keys = (await (await fetch(`${first.issuer}/jwks`)).json()) as Parameters<typeof createLocalJWKSet>[0];
      await first.close();
      const again = await startIdentity(optionsFor(join(folder, 'identity')));
      expect(await (await fetch(`${again.issuer}/jwks`)).json()).toEqual(keys);
      await again.close();
      expect(keys.keys[0]).not.toHaveProperty('d');
      const path = join(folder, 'identity', 'keys.json');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(join(folder, 'identity'))).mode & 0o777).toBe(0o700);
      await writeFile(path, (await readFile(path, 'utf8')).slice(0, 100));
      const broken = startIdentity(optionsFor(join(folder, 'identity')));
      await expect(broken).rejects.toMatchObject({ code: 'bad-key-file' });
      await rm(folder, { recursive: true });
    });
  });
});
