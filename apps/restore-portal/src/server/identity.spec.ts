import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortalConfig } from './config';
import { createIdentity, type Identity } from './identity';
import type { PendingSignIn } from './session';

const audience = 'urn:coffer:vault';
const portalUrl = 'http://localhost:4300';

/** A real provider whose people are signed in as soon as they come: only what the portal does is under test. */
function createProvider(issuer: string): Provider {
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'coffer-portal',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${portalUrl}/auth/callback`],
        post_logout_redirect_uris: [`${portalUrl}/`],
      },
    ],
    cookies: { keys: ['spec'] },
    claims: { openid: ['sub'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, name: 'Sam Okafor' }) }),
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      RefreshToken: 600,
      Session: 600,
      Interaction: 60,
    },
    interactions: { url: (_, { uid }) => `/act/${uid}` },
    loadExistingGrant: async (context) => {
      const grant = new provider.Grant({ clientId: 'coffer-portal', accountId: context.oidc.session!.accountId! });
      grant.addOIDCScope('openid profile offline_access');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ audience, scope: '', accessTokenFormat: 'jwt', accessTokenTTL: 600 }),
        useGrantedResource: () => true,
      },
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/act/')) return next();
    await provider.interactionFinished(context.req, context.res, { login: { accountId: 'sam' } });
    context.respond = false;
  });
  return provider;
}

describe('createIdentity', () => {
  let server: Server;
  let config: PortalConfig;
  let identity: Identity;

  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    const handle = createProvider(issuer).callback();
    server.on('request', (request, response) => void handle(request, response));
    config = {
      portalUrl,
      apiUrl: '',
      issuer,
      clientId: 'coffer-portal',
      clientSecret: undefined,
      scope: 'openid profile offline_access',
      audience,
      deploymentFile: '',
      workerFile: '',
      sessionSecret: '',
    };
    identity = createIdentity(config);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Follows the provider's redirects as a browser would, up to the portal's callback. */
  const walk = async (location: string): Promise<URL> => {
    const cookies = new Map<string, string>();
    let url = new URL(location);
    for (let step = 0; step < 10; step++) {
      const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      await answer.body?.cancel();
      for (const line of answer.headers.getSetCookie()) {
        const [name, value] = line.split(';')[0]!.split('=') as [string, string];
        cookies.set(name, value);
      }
      url = new URL(answer.headers.get('location')!, url);
      if (url.origin === portalUrl) return url;
    }
    return expect.unreachable('the provider never came back');
  };
  const signIn = async (): Promise<{ callback: URL; pending: PendingSignIn }> => {
    const { location, pending } = await identity.beginSignIn();
    return { callback: await walk(location), pending };
  };

  describe('beginSignIn', () => {
    it('asks for a code with PKCE, state and nonce, none of them twice', async () => {
      const [first, second] = [await identity.beginSignIn(), await identity.beginSignIn()];
      const query = new URL(first.location).searchParams;
      expect(query.get('response_type')).toBe('code');
      expect(query.get('code_challenge_method')).toBe('S256');
      expect(query.get('resource')).toBe(audience);
      expect(first.location).not.toContain(first.pending.codeVerifier);
      for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
        expect(first.pending[name]).not.toBe(second.pending[name]);
      }
    });
  });

  describe('finishSignIn', () => {
    it('gives a session when the answer belongs to what was begun', async () => {
      const { callback, pending } = await signIn();
      const session = await identity.finishSignIn(callback, pending);
      expect(session.displayName).toBe('Sam Okafor');
      expect(session.accessToken.split('.')).toHaveLength(3);
      expect(session.refreshToken).not.toBeNull();
    });

    it.each(['state', 'nonce', 'codeVerifier'] as const)('refuses when the %s is another', async (name) => {
      const { callback, pending } = await signIn();
      const other = (await identity.beginSignIn()).pending;
      await expect(identity.finishSignIn(callback, { ...pending, [name]: other[name] })).rejects.toMatchObject({
        code: 'sign-in-failed',
      });
    });

    it('refuses a code the second time', async () => {
      const { callback, pending } = await signIn();
      await identity.finishSignIn(callback, pending);
      await expect(identity.finishSignIn(callback, pending)).rejects.toMatchObject({ code: 'sign-in-failed' });
    });

    it('refuses an error that the provider sends back', async () => {
      const { pending } = await identity.beginSignIn();
      const callback = new URL(
        `${portalUrl}/auth/callback?error=access_denied&state=${pending.state}&iss=${config.issuer}`,
      );
      await expect(identity.finishSignIn(callback, pending)).rejects.toMatchObject({ code: 'sign-in-failed' });
    });
  });

  describe('refresh', () => {
    it('renews once for requests that come together or a little later with the old token', async () => {
      const { callback, pending } = await signIn();
      const session = await identity.finishSignIn(callback, pending);
      const answers = await Promise.all([1, 2, 3].map(() => identity.refresh(session)));
      answers.push(await identity.refresh(session));
      expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1);
      expect(answers[0]!.refreshToken).not.toBe(session.refreshToken);
      await expect(identity.refresh({ ...session, ...answers[0]! })).resolves.toHaveProperty('accessToken');
    });

    it('ends the session when the provider refuses, and when there is nothing to refresh with', async () => {
      const session = { accessToken: '', expiresAtMs: 0, csrfToken: '', displayName: '' };
      await expect(identity.refresh({ ...session, refreshToken: 'no such token' })).rejects.toMatchObject({
        code: 'session-ended',
      });
      await expect(identity.refresh({ ...session, refreshToken: null })).rejects.toMatchObject({
        code: 'session-ended',
      });
    });
  });

  describe('signOutLocation', () => {
    it('leads to the provider and back to the portal', async () => {
      const location = new URL(await identity.signOutLocation());
      expect(location.origin).toBe(config.issuer);
      expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${portalUrl}/`);
    });
  });

  it('says that the provider is away, and nothing more, when it is', async () => {
    const away = createIdentity({ ...config, issuer: 'http://127.0.0.1:9' });
    await expect(away.beginSignIn()).rejects.toMatchObject({ code: 'identity-unreachable', isRetryable: true });
  });
});
