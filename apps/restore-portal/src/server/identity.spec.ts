import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortalConfig } from './config';
import { createIdentity, type Identity } from './identity';
import { createInstantProvider, walkToPortal } from '../../test/instant-provider';
import type { PendingSignIn } from './session';

const audience = 'urn:coffer:vault';
const portalUrl = 'http://localhost:4300';

describe('createIdentity', () => {
  let server: Server;
  let config: PortalConfig;
  let identity: Identity;

  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    const handle = createInstantProvider(issuer, portalUrl).callback();
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

  const signIn = async (): Promise<{ callback: URL; pending: PendingSignIn }> => {
    const { location, pending } = await identity.beginSignIn();
    return { callback: await walkToPortal(location, portalUrl), pending };
  };

  describe('beginSignIn', () => {
    it('D06: asks for a code with PKCE, state and nonce, none of them twice', async () => {
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

    it('has the person asked again where that is wanted, and only there', async () => {
      const promptOf = async (isAgain: boolean) =>
        new URL((await identity.beginSignIn(isAgain)).location).searchParams.get('prompt');
      expect([await promptOf(true), await promptOf(false)]).toEqual(['login', null]);
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

    it.each<[string, (query: URLSearchParams) => void]>([
      ['has no state', (query) => query.delete('state')],
      ['has the state of another sign-in', (query) => query.set('state', 'A'.repeat(43))],
      ['has two states', (query) => query.append('state', 'A'.repeat(43))],
      ['does not say who the issuer is', (query) => query.delete('iss')],
      ['is of another issuer (mix-up)', (query) => query.set('iss', 'https://login.evil.test')],
      ['has no code', (query) => query.delete('code')],
      ['has the code of nobody', (query) => query.set('code', 'A'.repeat(43))],
    ])('D06: refuses an answer that %s', async (_name, change) => {
      const { callback, pending } = await signIn();
      change(callback.searchParams);
      await expect(identity.finishSignIn(callback, pending)).rejects.toMatchObject({ code: 'sign-in-failed' });
    });

    it.each(['state', 'nonce', 'codeVerifier'] as const)('D06: refuses when the %s is another', async (name) => {
      const { callback, pending } = await signIn();
      const other = (await identity.beginSignIn()).pending;
      await expect(identity.finishSignIn(callback, { ...pending, [name]: other[name] })).rejects.toMatchObject({
        code: 'sign-in-failed',
      });
    });

    it('D06: refuses a code the second time', async () => {
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

    it('D02: ends for thief and owner when a rotated token comes twice', async () => {
      const { callback, pending } = await signIn();
      const session = await identity.finishSignIn(callback, pending);
      const thief = createIdentity(config);
      const stolen = { ...session, ...(await thief.refresh(session)) };
      await expect(identity.refresh(session)).rejects.toMatchObject({ code: 'session-ended' });
      await expect(thief.refresh(stolen)).rejects.toMatchObject({ code: 'session-ended' });
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

  describe('signOut', () => {
    it('leads to the provider and back to the portal', async () => {
      const location = new URL(await identity.signOut(null));
      expect(location.origin).toBe(config.issuer);
      expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${portalUrl}/`);
    });

    it('D02: ends what a copy of the refresh token could do', async () => {
      const { callback, pending } = await signIn();
      const session = await identity.finishSignIn(callback, pending);
      await identity.signOut(session.refreshToken);
      await expect(createIdentity(config).refresh(session)).rejects.toMatchObject({ code: 'session-ended' });
    });
  });

  it('says that the provider is away, and nothing more, when it is', async () => {
    const away = createIdentity({ ...config, issuer: 'http://127.0.0.1:9' });
    await expect(away.beginSignIn()).rejects.toMatchObject({ code: 'identity-unreachable', isRetryable: true });
  });
});
